"""The outside world: the blob store, which holds the catalogue's file."""

import logging
from dataclasses import dataclass
from uuid import UUID

from chassis.blobs import BlobMissingError, BlobStore
from chassis.mongo import until_done
from contracts.authorizations import ImportCatalogue
from services.authorizations.catalogue_file import CatalogueError, CatalogueFault, CatalogueProvider, read_catalogue
from services.authorizations.domain.catalogue import may_import

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file held: providers, or the faults for which it cannot be taken over."""

    providers: tuple[CatalogueProvider, ...] = ()
    faults: tuple[CatalogueFault, ...] = ()


class CatalogueFiles:
    """Reads catalogue files from the blob store."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def read(self, command: ImportCatalogue, message_id: UUID) -> ReadFile:
        """Read and check a file, apart from any transaction; reading twice does no harm."""
        del message_id
        if not may_import(command.actor):
            return ReadFile()
        try:
            # An outage is waited out here: the command loop would give its handler the same failure for ever.
            data = await until_done(lambda: self._blobs.get(command.blob))
            return ReadFile(providers=read_catalogue(data))
        except BlobMissingError as error:
            return ReadFile(faults=(CatalogueFault(0, str(error)),))
        except CatalogueError as error:
            return ReadFile(faults=error.faults)
