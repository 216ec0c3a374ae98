"""All operations of the API in one place."""

from typing import Final

from web.api import appraising, auditing, deciding, dossiers, steering, working
from web.api.edge import Api

APIS: Final[tuple[Api, ...]] = (
    dossiers.api,
    working.api,
    appraising.api,
    deciding.api,
    steering.api,
    auditing.api,
)
