"""Which room may import which, and where a library may be used. DESIGN: imports point down one list of layers."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

import semantic_layer
from tests.structure.sources import CODE, none, own_imports, sources

# From the bottom up: a module may import from its own layer and from those before it. The longest pattern that fits a
# module's name places it; a folder's pattern places everything in it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("semantic_layer.errors", "semantic_layer.time*"),
    ("semantic_layer.query*",),
    ("semantic_layer.sql*",),
    ("semantic_layer.model*",),
    ("semantic_layer.engines*", "semantic_layer.loading*", "semantic_layer.resolve*"),
    ("semantic_layer.compiler*",),
    ("semantic_layer.database*",),
    ("semantic_layer.layer",),
    ("semantic_layer.interop*", "semantic_layer.scoring*", "semantic_layer.demo*", "semantic_layer.refreshing"),
    ("semantic_layer",),
    ("chat_service", "chat_service.outcomes", "chat_service.settings", "prompts*"),
    ("chat_service.language*",),
    ("chat_service.translate", "chat_service.translate.senses", "chat_service.translate.stops"),
    ("chat_service.translate.meaning*",),
    ("chat_service.translate.words*",),
    ("chat_service.translate.grammar*",),
    ("chat_service.translate.requests*",),
    ("chat_service.translate.checks*",),
    ("chat_service.translate.replies*",),
    ("chat_service.translate.*",),
    ("chat_service.present*",),
    # its questions back are said in words, as answers are
    ("chat_service.translate.agent*",),
    ("chat_service.*",),  # what is built once, the path of a question, conversations
    ("chat_service.channels*", "chat_service.present.terminal"),
    ("chat_service.evaluate*",),
    ("chat_service.app",),
    ("chat_service.commands*",),
    ("chat_service.cli",),
)
# Where each library that is somebody else's world may be imported: patterns over module names.
ONE_PLACE: dict[tuple[str, ...], tuple[str, ...]] = {
    ("duckdb",): ("semantic_layer.engines.duckdb",),
    ("adbc_driver_manager", "adbc_driver_postgresql", "psycopg"): ("semantic_layer.engines.postgres",),
    ("pyspark", "grpc"): ("semantic_layer.engines.spark",),
    ("pyarrow",): ("semantic_layer.engines.*",),
    ("fastapi", "starlette"): ("chat_service.channels.http_*", "chat_service.channels.examples", "chat_service.app"),
    ("uvicorn",): ("chat_service.channels.http_serving",),
    ("opentelemetry",): ("chat_service.access.traces",),
    ("jwt",): ("chat_service.access.tokens",),
    ("sqlalchemy",): (
        "chat_service.conversation.database",
        "chat_service.conversation.store",
        "chat_service.saved.dashboard_store",
        "chat_service.saved.store",
    ),
    ("langchain", "langchain_core", "langchain_openai", "langgraph", "langsmith", "openai", "httpx2"): (
        "chat_service.translate.agent*",
    ),
    ("slack_sdk", "slack_bolt"): ("chat_service.channels.slack*",),
    ("aiohttp",): ("chat_service.channels.platform_api",),
    ("cryptography",): ("chat_service.channels.posted",),
    ("mcp", "mcp_types"): ("chat_service.channels.mcp*",),
    ("jsonschema",): ("semantic_layer.interop.ossie.schema",),
    ("vl_convert",): ("chat_service.present.export.pictures",),
    ("xlsxwriter",): ("chat_service.present.export.excel",),
}


@cache
def layer(module: str) -> int:
    """The place of a module in the list of layers."""
    places = {pattern: index for index, patterns in enumerate(LAYERS) for pattern in patterns}
    fitting = [pattern for pattern in places if fnmatchcase(module, pattern)]
    assert fitting, f"{module} stands in no layer"
    return places[max(fitting, key=len)]


def test_imports_point_down() -> None:
    none(
        f"{source.where}:{each.line}: '{source.module}' may not import '{target}', which stands above it"
        for source in sources()
        for each, target in own_imports(source)
        if layer(target) > layer(source.module)
    )


def test_no_circles() -> None:
    edges = {
        source.module: {target for each, target in own_imports(source) if not each.deferred} - {source.module}
        for source in sources()
    }
    finished: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, "modules import each other in a circle: " + " -> ".join((*path, module))
        if module not in finished:
            for target in sorted(edges.get(module, set())):
                walk(target, (*path, module))
            finished.add(module)

    for module in edges:
        walk(module, ())


def test_only_public_names_cross_files() -> None:
    none(
        f"{source.where}:{each.line}: '{part}' is private to another file"
        for source in sources(*CODE)
        for each in source.imports
        if each.module.split(".")[0] in CODE
        for part in (*each.module.split("."), each.name)
        if part.startswith("_") and not part.startswith("__")
    )


def test_imports_are_absolute() -> None:
    none(
        f"{source.where}:{each.line}: say the module's whole name"
        for source in sources()
        for each in source.imports
        if each.module.startswith(".")
    )


def test_a_library_is_imported_in_one_place() -> None:
    none(
        f"{source.where}:{each.line}: '{each.module}' belongs in {' and '.join(places)} alone"
        for source in sources()
        for each in source.imports
        for libraries, places in ONE_PLACE.items()
        if each.module.split(".")[0] in libraries
        if not any(fnmatchcase(source.module, place) for place in places)
    )


def test_the_layer_is_used_by_its_public_names() -> None:
    none(
        f"{source.where}:{each.line}: take '{each.name}' from 'semantic_layer' itself"
        for source in sources("chat_service", "benchmarks", "docs", "examples")
        for each in source.imports
        if each.module.startswith("semantic_layer.")
    )


def test_public_names_are_there() -> None:
    for name in semantic_layer.__all__:
        assert getattr(semantic_layer, name) is not None
