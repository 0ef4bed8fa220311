"""The layer over the storage plugin, on Azurite."""

import asyncio
import logging
import uuid
from types import SimpleNamespace

import pytest
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_storage_plugin_azure_blob import IN_PLACE, StorageProvider, StorageProviderSettings

pytestmark = pytest.mark.cluster


@pytest.fixture
def provider(tmp_path, monkeypatch):
    """Makes a provider; with an account if there is one in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AZURITE_CONNECTION_STRING", raising=False)
    return lambda: StorageProvider(
        local_prefix=tmp_path / ".snakemake/storage/azure-blob",
        logger=logging.getLogger(),
        settings=StorageProviderSettings(),
    )


@pytest.fixture
def account(storage, provider, monkeypatch):
    monkeypatch.setenv("AZURITE_CONNECTION_STRING", storage.connection)
    return provider()


@pytest.fixture
def container():
    return f"test-{uuid.uuid4().hex[:12]}"


def write(item, content: bytes) -> None:
    item.local_path().parent.mkdir(parents=True, exist_ok=True)
    item.local_path().write_bytes(content)
    asyncio.run(item.managed_store())
    item.local_path().unlink()


def test_a_blob_from_its_making_to_its_end(account, container):
    item = account.object(f"az://{container}/run/results/a b.bin")
    assert not item.exists()  # nor does the container
    content = bytes(range(256)) * (40 << 12)  # more than one part of a transfer
    write(item, content)
    assert item.exists()
    assert item.size() == len(content)
    assert item.mtime() > 0
    asyncio.run(item.managed_retrieve())
    assert item.local_path().read_bytes() == content
    write(item, b"new")
    assert item.size() == 3
    item.remove()
    item.remove()
    assert not item.exists()
    with pytest.raises(WorkflowError, match=r"a b\.bin"):
        asyncio.run(item.managed_retrieve())


def test_directories_are_refused(account, container, tmp_path):
    item = account.object(f"az://{container}/run/folder")
    item.local_path().mkdir(parents=True)
    with pytest.raises(WorkflowError) as caught:
        asyncio.run(item.managed_store())
    assert "only files" in str(caught.value.args)


def test_one_listing_tells_of_a_folder(account, container):
    names = ["run/a", "run/deep/b", "running/c"]
    for name in names:
        write(account.object(f"az://{container}/{name}"), name.encode())
    cache = SimpleNamespace(exists_in_storage=Known(), mtime={}, size={})
    asked = account.object(f"az://{container}/run/none")
    asyncio.run(asked.inventory(cache))
    base = account.local_prefix / container / "run"
    assert cache.exists_in_storage == {str(base / "a"): True, str(base / "deep/b"): True}
    assert cache.size[str(base / "deep/b")] == len("run/deep/b")
    assert cache.mtime[str(base / "a")].storage() > 0
    assert asked.get_inventory_parent() in cache.exists_in_storage.has_inventory
    assert account.object(f"az://{container}/top").get_inventory_parent() is None


class Known(dict):
    def __init__(self):
        super().__init__()
        self.has_inventory = set()


def test_in_a_task_files_lie_where_a_run_on_one_machine_has_them(provider, monkeypatch, tmp_path):
    monkeypatch.setenv(IN_PLACE, "az://container/run")
    place = provider().object("az://container/run/results/vocab/vocab.txt").local_path()
    assert place == tmp_path / "results/vocab/vocab.txt"
    other = provider().object("az://container/running/a").local_path()
    assert other == tmp_path / ".snakemake/storage/azure-blob/container/running/a"


def test_without_an_account_the_storage_is_empty_and_takes_nothing(provider, tmp_path):
    item = provider().object("az://container/run/a")
    assert not item.exists()
    asyncio.run(item.inventory(SimpleNamespace(exists_in_storage=Known(), mtime={}, size={})))
    item.local_path().parent.mkdir(parents=True)
    item.local_path().write_text("a")
    with pytest.raises(WorkflowError) as caught:
        asyncio.run(item.managed_store())
    assert "SNAKEMAKE_STORAGE_AZURE_BLOB_ACCOUNT_NAME" in str(caught.value.args)
