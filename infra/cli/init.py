"""`rapport init`: make what the program needs before the first event."""

from typing import Annotated

import typer
from pydantic import SecretStr

from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.errors import Misused


@app.command("init")
def init(
    owner_url: Annotated[
        str | None,
        typer.Option(
            "--owner-url",
            metavar="URL",
            show_default=False,
            help="the URL of the PostgreSQL database's owner; better in RAPPORT_OWNER_URL, which nobody sees",
        ),
    ] = None,
) -> None:
    """Make the log and what belongs to it; doing it again changes nothing.

    Files: the folder RAPPORT_HOME, the tenant's key and the log. PostgreSQL: schemas, tables and the roles rapport_app
    and rapport_analyst, as the database's owner, whose URL is in RAPPORT_STORE or RAPPORT_OWNER_URL. The roles get the
    passwords of RAPPORT_APP_PASSWORD and RAPPORT_ANALYST_PASSWORD; without one a role keeps the password it has.
    """
    with open_rapport() as rapport:
        given = SecretStr(owner_url) if owner_url else rapport.settings.owner_url
        if given is not None or rapport.settings.on_postgres:
            _init_postgres(rapport, given or rapport.settings.store)
        else:
            _init_files(rapport)


def _init_files(rapport: Rapport) -> None:
    settings = rapport.settings
    rapport.keys.identity_of(settings.tenant)
    head = rapport.log.head()
    typer.echo(f"{settings.home} holds the log{f', up to position {head:,}' if head else ', empty as yet'}.")
    typer.echo(f"Keep {settings.home / 'keys'} safe, in a backup of its own: all ids are made with what is in it.")
    typer.echo(
        "Next: rapport events --example | rapport ingest -   or   rapport import FILE… --map MAP.sql --source NAME"
    )


def _init_postgres(rapport: Rapport, owner_url: SecretStr) -> None:
    from infra.log.init import APP_ROLE, init_postgres

    settings = rapport.settings
    if not owner_url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise Misused("the owner's URL begins with postgresql://")
    init_postgres(owner_url.get_secret_value(), _secret(settings.app_password), _secret(settings.analyst_password))
    rapport.keys.identity_of(settings.tenant)
    typer.echo("The database has the log, the schemas crm and personal, and the roles rapport_app and rapport_analyst.")
    if settings.app_password is None:
        typer.echo("No password was given in RAPPORT_APP_PASSWORD: rapport_app keeps the one it has, if any.")
    typer.echo(f"Keep {settings.home / 'keys'} safe, in a backup of its own: all ids are made with what is in it.")
    typer.echo(f"Next: let RAPPORT_STORE be the URL of {APP_ROLE}, then: rapport run project")


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
