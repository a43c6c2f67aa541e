"""docs/settings.md: every setting."""

from pydantic import SecretStr

from infra.docs.markdown import page, table
from infra.settings import Settings

_INTRO = """\
Settings are environment variables, read once when a command begins. What can't be used is said with the
variable's name, and nothing is done."""


def settings_page() -> str:
    """The text of docs/settings.md."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        shown = "the system's user" if field.default_factory else f"`{default}`" if str(default) else ""
        rows.append((f"`RAPPORT_{name.upper()}`", shown, field.description or ""))
    return page("Settings", _INTRO, table(("variable", "default", "meaning"), rows))
