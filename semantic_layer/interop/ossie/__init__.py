"""Apache Ossie (formerly OSI): documents of its core specification read as models of ours, and written from them."""

from semantic_layer.interop.ossie.convert import Choices, Converted
from semantic_layer.interop.ossie.export import export
from semantic_layer.interop.ossie.load import convert, convert_all, load

__all__ = ["Choices", "Converted", "convert", "convert_all", "export", "load"]
