"""What the profile makes of the hub: ground, rules, channels and voice. For ``serve`` and ``check`` alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from feeds.cap.sign import Signer
from geo.area import Area
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.model import Ground
from geo.outline import outline
from geo.sighted.squares import around, known_area
from rules.alert import Place
from rules.engine import Sender
from rules.floor import Floor
from rules.muster.rules import MusterRules, load_muster_rules
from rules.orders.reading import load_order_rules
from rules.orders.rules import OrderRules
from rules.rule import CATALOG, Rule, load_rules
from rules.source import RuleError
from rules.voice.japanese import Readings
from rules.voice.names import ReadingsError, read_names
from services.adoption import Stations
from services.channels.budget.meter import Meter, meters
from services.channels.budget.tariff import tariffs
from services.channels.channel import Channel
from services.channels.registry import CHANNELS, GROUPS, ChannelError, build
from services.figures import CERTIFICATE_UNTIL, SIGNING_UNTIL
from services.settings import Settings


class StartError(Exception):
    """The hub cannot start; the text names the file, the place and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything that is read once at the start."""

    ground: Ground
    rules: tuple[Rule, ...]
    channels: Mapping[str, Channel]
    sender: Sender
    place: Callable[[str], Place]
    signer: Signer | None = None  # of CAP documents
    readings: Readings = field(default_factory=Readings)  # of names, for spoken alerts
    floor: Floor = field(default_factory=Floor)  # under the approval that rules ask for
    meters: Mapping[str, Meter] = field(default_factory=dict)  # of the channels that have a tariff
    orders: tuple[OrderRules, ...] = ()  # when plows go out, each with its span
    muster: MusterRules = field(default_factory=MusterRules)  # which event asks which staff

    def around(self, area: str) -> frozenset[str]:
        """The codes of the areas in which this one lies, its own among them."""
        return around(area, self.ground.areas)


def load_city(settings: Settings) -> City:
    """Read the whole profile. Raises StartError. Channels are open afterwards: the caller closes them."""
    try:
        loaded = load_layers_and_areas(settings)
        ground = replace(loaded, stations=Stations(loaded.stations))
        rules = load_rules([CATALOG, settings.profile / "rules", *settings.rules])
        sender = sender_of(settings)
        signer = _signer(settings)
        metered = meters(tariffs(settings.budget, settings.channels))
        readings = city_readings(settings.profile, ground)
        folder = settings.profile / "orders"
        orders = load_order_rules(folder) if folder.is_dir() else ()
        muster = load_muster_rules(file) if (file := settings.profile / "muster.toml").is_file() else MusterRules()
        channels = {name: build(name, options, signer, readings) for name, options in settings.channels.items()}
    except (ProfileError, CrsError, RuleError, ChannelError, ReadingsError, ValueError) as error:
        raise StartError(str(error)) from error
    named = {**CHANNELS, **GROUPS}
    unknown = sorted({f"{rule.id}: {name}" for rule in rules for name in rule.channels if name not in named})
    if unknown:
        raise StartError(f"rules name channels that do not exist: {', '.join(unknown)}; use {', '.join(sorted(named))}")
    place = place_finder(ground)
    return City(
        ground=ground,
        rules=rules,
        channels=channels,
        sender=sender,
        place=place,
        signer=signer,
        readings=readings,
        orders=orders,
        muster=muster,
        floor=settings.approval.as_floor(),
        meters=metered,
    )


def city_readings(profile: Path, ground: Ground) -> Readings:
    """How names are said: what the areas tell, then the profile's own table. Raises ReadingsError."""
    file = profile / "readings.toml"
    own = read_names(file.read_bytes(), str(file)) if file.exists() else {}
    return Readings({area.name: area.reading for area in ground.areas if area.reading} | own)


def load_layers_and_areas(settings: Settings) -> Ground:
    """The ground alone: the profile, and the layers that were imported. Raises ProfileError or CrsError."""
    bundled = [settings.profile / "layers" / name for name in settings.layers]
    imported = sorted((settings.data_dir / "layers").glob("*.fgb"))
    return load_ground(settings.profile, [*bundled, *imported])


def load_places(settings: Settings) -> Ground:
    """Areas and stations without any layer. Raises StartError."""
    try:
        loaded = load_ground(settings.profile, ())
    except (ProfileError, CrsError, ValueError) as error:
        raise StartError(str(error)) from error
    return replace(loaded, stations=Stations(loaded.stations))


def sender_of(settings: Settings) -> Sender:
    """The city as it signs."""
    city = settings.city
    return Sender(
        id=city.sender,
        name=city.sender_name,
        name_en=city.sender_name_en,
        web=city.web,
        contact=city.contact,
        languages=tuple(city.languages),
    )


def _signer(settings: Settings) -> Signer | None:
    """Raises ValueError with the key of the settings and the cure."""
    told = settings.signing
    if told is None:
        return None
    try:
        signer = Signer.of(told.key.get_secret_value().encode(), told.certificate.encode())
    except ValueError as error:
        raise ValueError(f"[signing]: {error}") from error
    for gauge in (SIGNING_UNTIL, CERTIFICATE_UNTIL.labels("signing")):
        gauge.set(signer.valid_until.timestamp())
    return signer


def place_finder(ground: Ground) -> Callable[[str], Place]:
    """Area code → place with its outline, simplified once per area."""
    known: dict[str, Place] = {}

    def place(code: str) -> Place:
        if code not in known:
            area = known_area(code, ground.areas)
            known[code] = _place(area) if area else Place(code=code, name=code)
        return known[code]

    return place


def _place(area: Area) -> Place:
    return Place(code=area.code, name=area.name, name_en=area.name_en, polygons=outline(area.geometry))
