"""Which topic carries which area's events."""

import re

from domain.catalog import AREAS
from infra.settings import Settings, SettingsError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


def plural(area: str) -> str:
    """An area as topics and settings write it, such as `activities`."""
    return f"{area[:-1]}ies" if area.endswith("y") else f"{area}s"


def topic_names(settings: Settings) -> dict[str, str]:
    """The topic of each area by the area's plural: `contacts` → `rapport.contacts`, if RAPPORT_TOPICS names no other.

    Raises SettingsError for a name that is no area, no topic, or given twice.
    """
    names = {plural(area): f"rapport.{plural(area)}" for area in AREAS}
    for entry in filter(None, (part.strip() for part in settings.topics.split(","))):
        area, is_pair, topic = (part.strip() for part in entry.partition("="))
        if area not in names or not is_pair:
            raise SettingsError(f"RAPPORT_TOPICS can't be used: write area=topic, with an area of {', '.join(names)}")
        if not _NAME.fullmatch(topic) or topic in {".", ".."}:
            raise SettingsError(f"RAPPORT_TOPICS can't be used: '{topic}' is no name of a topic")
        names[area] = topic
    if len(set(names.values())) < len(names):
        raise SettingsError("RAPPORT_TOPICS can't be used: two areas have the same topic")
    return names
