"""Azure Blob storage: a layer over snakemake-storage-plugin-azure (0.4.4).

Further than the published plugin, this layer

- plans without an account: as long as none is named, the storage counts as empty, so that
  `snakemake -n` needs no cloud;
- lists a folder once instead of asking for each file, which makes planning fast;
- streams downloads to the disk instead of through the memory;
- in a task, keeps files where they lie in a run on one machine (results/…, logs/…), so that a
  rule may name their folders;
- says what went wrong in the service's words; retries are the Azure library's.

Files only: a directory() as output is refused.
"""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Optional

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_storage_plugins.io import IOCacheStorageInterface, Mtime
from snakemake_storage_plugin_azure import StorageObject as PublishedObject
from snakemake_storage_plugin_azure import StorageProvider as PublishedProvider
from snakemake_storage_plugin_azure import StorageProviderSettings as PublishedSettings

__all__ = ["StorageObject", "StorageProvider", "StorageProviderSettings"]

ACCOUNT = "SNAKEMAKE_STORAGE_AZURE_BLOB_ACCOUNT_NAME"
# The storage prefix whose files keep their relative path in the working directory; set in tasks,
# which begin in an empty one.
IN_PLACE = "SNAKEMAKE_STORAGE_AZURE_BLOB_IN_PLACE"
CONNECTIONS = 4  # of one file's transfer


@dataclass
class StorageProviderSettings(PublishedSettings):
    """The storage account, from the environment or the profile."""

    # Snakemake reads the annotation and knows Optional, not `| None`.
    account_name: Optional[str] = field(  # noqa: UP045
        default=None,
        metadata={
            "help": "Azure storage account; without one, only plans (-n) can be made.",
            "env_var": True,
            "required": False,
        },
    )


class StorageProvider(PublishedProvider):
    """A storage account, or an empty one that does not exist."""

    def __post_init__(self) -> None:
        self.containers: set[str] = set()  # known to exist
        self.bsc = None
        if self.settings.account_name or os.getenv("AZURITE_CONNECTION_STRING"):
            super().__post_init__()

    def client(self):
        """The account's client; without an account an error that says how to name one."""
        if self.bsc is None:
            raise WorkflowError(f"no storage account: set {ACCOUNT} to its name")
        return self.bsc


class StorageObject(PublishedObject):
    def blob(self):
        return self.provider.client().get_blob_client(self.container_name, self.blob_path)

    def local_path(self) -> Path:
        return self._overwrite_local_path or self.place(self.blob_path)

    def place(self, blob_path: str) -> Path:
        """Where a blob of this container has its local copy."""
        prefix = os.environ.get(IN_PLACE, "").rstrip("/") + "/"
        query = f"az://{self.container_name}/{blob_path}"
        if query.startswith(prefix) and query != prefix:
            # As an absolute path, since Snakemake takes one that is as written for no storage's.
            return Path.cwd() / query.removeprefix(prefix)
        return self.provider.local_prefix / self._local_suffix_from_key(blob_path)

    def get_inventory_parent(self) -> str | None:
        """The top folder of the blob's path, which one listing covers; None where it has none."""
        folder, slash, _ = self.blob_path.partition("/")
        return f"az://{self.container_name}/{folder}" if slash else None

    async def inventory(self, cache: IOCacheStorageInterface) -> None:
        """Learn of all blobs of the top folder by one listing."""
        parent = self.get_inventory_parent()
        if parent is None or parent in cache.exists_in_storage.has_inventory:
            return
        for found in self.listing():
            key = str(self.place(found.name))
            cache.exists_in_storage[key] = True
            cache.mtime[key] = Mtime(storage=found.last_modified.timestamp())
            cache.size[key] = found.size
        cache.exists_in_storage.has_inventory.add(parent)

    def listing(self):
        """The blobs of the top folder; none where there is no account or no container."""
        if self.provider.bsc is None:
            return []
        folder = self.blob_path.partition("/")[0]
        container = self.provider.client().get_container_client(self.container_name)
        try:
            return list(container.list_blobs(name_starts_with=f"{folder}/"))
        except ResourceNotFoundError:
            return []
        except AzureError as error:
            reason = str(error).partition("\n")[0]
            raise WorkflowError(
                f"az://{self.container_name}/{folder}/ cannot be listed: {reason}"
            ) from None

    def exists(self) -> bool:
        return self.provider.bsc is not None and self.blob().exists()

    def mtime(self) -> float:
        return self.blob().get_blob_properties().last_modified.timestamp()

    def size(self) -> int:
        return self.blob().get_blob_properties().size

    def retrieve_object(self) -> None:
        with self.local_path().open("wb") as file:
            self.blob().download_blob(max_concurrency=CONNECTIONS).readinto(file)

    def store_object(self) -> None:
        if self.local_path().is_dir():
            raise WorkflowError("a directory cannot be stored, only files: declare them")
        with self.local_path().open("rb") as file:
            try:
                self.upload(file)
            except ResourceNotFoundError:
                if self.container_name in self.provider.containers:
                    raise
                with contextlib.suppress(ResourceExistsError):  # another job was faster
                    self.provider.client().create_container(self.container_name)
                file.seek(0)
                self.upload(file)
        self.provider.containers.add(self.container_name)

    def upload(self, file: BinaryIO) -> None:
        """Replace the blob; readers see the old one or the new one, never a part."""
        self.blob().upload_blob(file, overwrite=True, max_concurrency=CONNECTIONS)

    def remove(self) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            self.blob().delete_blob()
