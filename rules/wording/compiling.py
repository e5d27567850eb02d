"""A template's text to what renders it, and the names it asks for: in one pass.

Jinja's own ``meta.find_undeclared_variables`` generates the code of the whole template and throws it away. Some six
hundred texts are read whenever anything of the hub starts; compiling each twice was half a second of every start.
"""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, Template, TemplateSyntaxError
from jinja2.compiler import CodeGenerator, Frame


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template ready to render, and the names that it takes from outside."""

    template: Template
    names: frozenset[str]


class _Generator(CodeGenerator):
    """The generator of Jinja, which notes on its way the names that no frame of the template gives."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment, None, None)
        self.names: set[str] = set()

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        self.names |= {name or "" for action, name in frame.symbols.loads.values() if action == "resolve"}


def compiled(environment: Environment, source: str) -> Compiled:
    """Compile a template. Raises jinja2.TemplateError with what is wrong with it."""
    generator = _Generator(environment)
    generator.visit(environment.parse(source))
    try:
        code = compile(generator.stream.getvalue(), "<template>", "exec")  # type: ignore[attr-defined]
    except SyntaxError as error:  # what Jinja leaves to Python: an argument given twice
        raise TemplateSyntaxError(error.msg, 1) from error
    template = Template.from_code(environment, code, environment.make_globals(None))
    return Compiled(template, frozenset(generator.names - set(environment.globals)))
