"""Whether the roads are shown as they are, or as in an exercise."""

from __future__ import annotations

from feeds.status import Status
from services.web.api.viewer import Viewer
from services.web.context import WebContext


def shown_status(context: WebContext, viewer: Viewer) -> Status:
    """A hub that runs an exercise answers about it, to those who may see it."""
    exercise = context.exercise and Status.EXERCISE.value in viewer.statuses
    return Status.EXERCISE if exercise else Status.ACTUAL
