"""`rapport keys`: the store of the keys that personal data is sealed with."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.stopping import Stopping
from infra.errors import Misused

_CLASSES = ("tenant", "retention", "keys", "destroyed")
_MASTERS = ("generation", "fingerprint", "made_at", "state", "held")

keys = typer.Typer(help="The keys that personal data is sealed with.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("init")
def init(
    lost: Annotated[
        bool,
        typer.Option("--lost", help="keys are lost, all or those made since a backup that was restored: go on without"),
    ] = False,
) -> None:
    """Make the key store and the master key; doing it again changes nothing.

    With RAPPORT_KEYS=files both are made by themselves when they are first needed, as files that only you can read. In
    PostgreSQL the user of RAPPORT_KEYS makes the schema rapport_keys and owns it; its database must not be the log's.

    Where the log holds sealed data and the keys are missing, restore them. Only if there is no backup, or when an older
    one was restored, say --lost: what was sealed with the lost keys can't be read any more, and all else goes on.
    """
    with open_rapport() as rapport:
        store = rapport.keystore
        store.make(lost=lost)
        rapport.keys.identity_of(rapport.settings.tenant)
        typer.echo(f"The keys are in {store.place}; the master key is in {store.source.name}.")
    typer.echo("Back up both, apart from each other and from the log: without them nobody reads what was sealed.")


@keys.command("status")
def status(form: FormatOption = Format.TABLE) -> None:
    """Show how many keys there are and were destroyed, by retention class, and the master keys by their fingerprints.

    It shows no key and changes nothing. A master key that is `held` is the one in RAPPORT_MASTER_KEY, or in the file.
    """
    with open_rapport() as rapport:
        found = _status(rapport)
    if form is Format.JSON:
        typer.echo(as_json(found))
    elif form is Format.CSV:
        show(found["keys"], form, _CLASSES)
    else:
        typer.echo(f"{found['place']}; contacts erased: {found['erased_contacts']:,}")
        show(found["master_keys"], form, _MASTERS, "Master keys")
        show(found["keys"], form, _CLASSES, "Keys by retention class")


@keys.command("rotate")
def rotate(
    finish: Annotated[
        bool, typer.Option("--finish", help="only put the old master key away: all that use the store have the new one")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
) -> None:
    """Make a new master key and wrap all keys by it, while all processes go on working.

    Older copies of the store, and what was destroyed since they were made, then open only for who still has the old
    master key: destroy that. After an interruption, run it again. The new master key is drawn and put into the file of
    the old one; with RAPPORT_MASTER_KEY, it is taken from RAPPORT_NEXT_MASTER_KEY. Where several machines have the
    master key, or it is in RAPPORT_MASTER_KEY, the old one leads to the new one until you say --finish.
    """
    with open_rapport() as rapport:
        if not rapport.keystore.is_made():
            raise Misused(f"there is nothing to rotate: no key store is in {rapport.keystore.place} yet")
        if dry_run:
            _rehearse(rapport)
        elif finish:
            _finish(rapport)
        else:
            _rotate(rapport)


def _status(rapport: Rapport) -> dict[str, Any]:
    from infra.sealing.counting import count_classes, count_erased, masters

    store = rapport.keystore
    if not store.is_made():
        return {"place": f"{store.place} (not made yet)", "master_keys": [], "keys": [], "erased_contacts": 0}
    return store.run(
        lambda session: {
            "place": store.place,
            "master_keys": [master._asdict() for master in masters(session, store)],
            "keys": [count._asdict() for count in count_classes(session)],
            "erased_contacts": count_erased(session),
        },
        write=False,
    )


def _rehearse(rapport: Rapport) -> None:
    found = _status(rapport)
    newest, count = found["master_keys"][-1], sum(one["keys"] for one in found["keys"])
    if newest["state"] == "in use" and len(found["master_keys"]) > 1 and _is_open(found):
        typer.echo("All keys are wrapped by the new master key; --finish would put the old one away.")
    else:
        verb = "go on with" if newest["state"] == "taking over" else "replace"
        typer.echo(f"It would {verb} master key {newest['fingerprint']}; {count:,} keys would be looked at.")


def _is_open(found: dict[str, Any]) -> bool:
    return any(master["state"] == "to be put away" for master in found["master_keys"])


def _rotate(rapport: Rapport) -> None:
    from infra.sealing.rotation import begin, hand_over, rewrap_all

    store, given = rapport.keystore, rapport.settings.next_master_key
    if store.source.is_given and given is None:
        raise Misused("set RAPPORT_NEXT_MASTER_KEY to the new master key, 64 hexadecimal digits drawn by chance")
    if not begin(store, bytes.fromhex(given.get_secret_value()) if given else None):
        typer.echo("A rotation is under way already; this goes on with it.", err=True)
    total = sum(count["keys"] + count["destroyed"] for count in _status(rapport)["keys"])
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Stopping() as stopping,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("", total=total)
        if not rewrap_all(store, lambda count: bar.advance(task, count), stopping):
            typer.echo("stopped; run it again for the rest", err=True)
            raise typer.Exit(FAILED)
    hand_over(store)
    typer.echo(f"All keys are wrapped by the new master key, whose fingerprint is {_newest(rapport)}.")
    if store.source.is_given or rapport.settings.keys.get_secret_value() != "files":
        typer.echo("Now give it to all that use the key store, then: rapport keys rotate --finish")
    else:
        _finish(rapport)


def _newest(rapport: Rapport) -> str:
    return rapport.keystore.run(rapport.keystore.refresh, write=False).newest.fingerprint


def _finish(rapport: Rapport) -> None:
    from infra.sealing.rotation import finish

    finish(rapport.keystore)
    typer.echo(
        f"The old master key opens nothing any more. Back up {rapport.keystore.source.name} and the keys anew, then "
        "destroy the old master key's backups."
    )
