"""What the servers have in common: looking whether one runs, and ending the process that was started, by its id."""

import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from infra.services.account import Account, folder_for
from infra.services.folder import Running, ServiceError, forget, locked, recall
from infra.services.process import end, is_alive


@dataclass(frozen=True, slots=True)
class Server:
    """A kind of server: the name of its record, what people call it, and what stops it, the mildest signal first."""

    name: str
    title: str
    signals: tuple[signal.Signals, ...]

    def status(self, services: Path) -> Running | None:
        """The one that runs, or None."""
        known = recall(services, self.name)
        return known if known and is_alive(known.pid, known.born) else None

    def stop(self, services: Path, *, remove: bool = False, kill: bool = False) -> bool:
        """Stop it; say whether it ran. `remove` drops its data too, `kill` gives it no time to tidy up."""
        with locked(services):
            ran = self.status(services) is not None
            known = recall(services, self.name)
            if known and not end(known.pid, known.born, (signal.SIGKILL,) if kill else self.signals):
                raise ServiceError(f"{self.title} (process {known.pid}) does not stop: look at {known.folder}/log")
            if known and remove:
                shutil.rmtree(known.folder, ignore_errors=True)
                forget(services, self.name)
            return ran

    def folder(self, services: Path, account: Account) -> Path:
        """Where it was before, if that is still there and reachable, else a folder of the account's own."""
        known = recall(services, self.name)
        if known and Path(known.folder).is_dir() and account.reaches(Path(known.folder)):
            return Path(known.folder)
        return folder_for(account, services / self.name)
