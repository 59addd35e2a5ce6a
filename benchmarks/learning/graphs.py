"""Writes what the network computes, without its weights: `reading.onnx` and `writing.onnx` beside the weights.

    python -m benchmarks.learning.graphs

What `network.Trained` computes, with weights of one byte; what they are multiplied by is rounded to a byte as well, at
a scale of its own each time. Training writes them beside the weights. Needs `pip install onnx`.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from benchmarks.learning.network import LAYERS, WIDTH, WRITING_HEADS, WRITING_INNER, WRITING_LAYERS
from chat_service.translate.learned.network import READING, WRITING
from chat_service.translate.learned.reader import WEIGHTS

_READING_HEADS, _INNER = 12, 1536
_OPSET, _FORMAT, _BYTES = 23, 11, "com.microsoft"
_READING_EPSILON, _EPSILON = 1e-12, 1e-5
_Shapes = dict[str, list[str | int]]


class _Graph:
    """A graph as it grows: each step gives the name of what it computes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}

    def step(self, kind: str, *given: str, named: tuple[str, ...] = ("",), domain: str = "", **more: object) -> str:
        """One computation; `named` are the names of what it gives, made up where empty. Gives the first."""
        names = [each or f"{len(self._nodes)}.{number}" for number, each in enumerate(named)]
        self._nodes.append(helper.make_node(kind, list(given), names, domain=domain, **more))
        return names[0]

    def parts(self, x: str, many: int) -> list[str]:
        """Equal parts of each row."""
        names = tuple(f"{len(self._nodes)}.{number}" for number in range(many))
        self.step("Split", x, named=names, axis=-1, num_outputs=many)
        return list(names)

    def linear(self, x: str, name: str, width: int, out: int) -> str:
        """A layer of weights."""
        weight = self._weight(f"{name}.weight", TensorProto.INT8, width, out)
        scale = self._weight(f"{name}.weight/scale", TensorProto.FLOAT, out)
        bias = self._weight(f"{name}.bias", TensorProto.FLOAT, out)
        return self.step("DynamicQuantizeMatMul", x, weight, scale, "", bias, domain=_BYTES)

    def normed(self, x: str, name: str, epsilon: float) -> str:
        """Each row at mean 0 and spread 1, then as its weights have it."""
        own = (self._weight(f"{name}.{each}", TensorProto.FLOAT, WIDTH) for each in ("weight", "bias"))
        return self.step("LayerNormalization", x, *own, axis=-1, epsilon=epsilon)

    def fed(self, x: str, name: str, inner: int) -> str:
        """The two layers that stand behind attention."""
        grown = self.step("Gelu", self.linear(x, f"{name}.fi", WIDTH, inner), approximate="tanh")
        return self.linear(grown, f"{name}.fo", inner, WIDTH)

    def attended(self, *given: str, heads: int, named: tuple[str, ...] = ("",), backward: bool = False) -> str:
        """Attention of query, key and value; only to what stands before, where it looks `backward`."""
        causal = int(backward)
        return self.step("Attention", *given, named=named, q_num_heads=heads, kv_num_heads=heads, is_causal=causal)

    def model(self, given: _Shapes, told: _Shapes) -> onnx.ModelProto:
        """The whole, from what is given to what is told."""
        ends = (
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in each.items()]
            for each in (given, told)
        )
        graph = helper.make_graph(self._nodes, "network", *ends, list(self._weights.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_BYTES, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_FORMAT)

    def _weight(self, name: str, kind: int, *shape: int) -> str:
        """A place for weights that are set where the graph is opened."""
        place = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        place.external_data.add(key="location", value=WEIGHTS.name)
        self._weights[name] = place
        return name


def reading() -> onnx.ModelProto:
    """From the pieces of a text, as vectors, to what is looked at in writing: by layers, a key and a value of each."""
    graph = _Graph()
    x = graph.normed("said", "enc.eln", _READING_EPSILON)
    for number in range(LAYERS):
        at = f"enc.layers.{number}"
        own = graph.parts(graph.linear(x, f"{at}.qkv", WIDTH, 3 * WIDTH), 3)
        seen = graph.linear(graph.attended(*own, heads=_READING_HEADS), f"{at}.ao", WIDTH, WIDTH)
        x = graph.normed(graph.step("Add", x, seen), f"{at}.aln", _READING_EPSILON)
        x = graph.normed(graph.step("Add", x, graph.fed(x, at, _INNER)), f"{at}.oln", _READING_EPSILON)
    for number in range(WRITING_LAYERS):
        graph.step("Identity", graph.linear(x, f"dl.{number}.kv", WIDTH, 2 * WIDTH), named=(f"seen{number}",))
    told: _Shapes = {f"seen{number}": [1, "pieces", 2 * WIDTH] for number in range(WRITING_LAYERS)}
    return graph.model({"said": [1, "pieces", WIDTH]}, told)


def writing(many: int) -> onnx.ModelProto:
    """From words as vectors, what was read, and the keys and values of the words before, to the log-probability of each
    next word, of so many that there are, and the keys and values as they are then."""
    graph, x = _Graph(), "words"
    texts = graph.step("Shape", "words", start=0, end=1)
    shape = graph.step("Concat", texts, graph.step("Constant", value_ints=[1, 1]), axis=0)
    given: _Shapes
    told: _Shapes
    given, told = {"words": ["texts", "words", WIDTH]}, {"logs": ["texts", "words", many]}
    for number in range(WRITING_LAYERS):
        at, kept = f"dl.{number}", (f"key{number}", f"value{number}")
        own = graph.parts(graph.linear(graph.normed(x, f"{at}.n1", _EPSILON), f"{at}.qkv", WIDTH, 3 * WIDTH), 3)
        ends = ("", f"key{number}.out", f"value{number}.out")
        own_seen = graph.attended(*own, "", *kept, heads=WRITING_HEADS, named=ends, backward=True)
        x = graph.step("Add", x, graph.linear(own_seen, f"{at}.ao", WIDTH, WIDTH))
        query = graph.linear(graph.normed(x, f"{at}.n2", _EPSILON), f"{at}.q", WIDTH, WIDTH)
        read = graph.parts(graph.step("Expand", f"seen{number}", shape), 2)
        seen = graph.attended(query, *read, heads=WRITING_HEADS)
        x = graph.step("Add", x, graph.linear(seen, f"{at}.co", WIDTH, WIDTH))
        x = graph.step("Add", x, graph.fed(graph.normed(x, f"{at}.n3", _EPSILON), at, WRITING_INNER))
        given[f"seen{number}"] = [1, "pieces", 2 * WIDTH]
        for each in kept:
            given[each] = ["texts", WRITING_HEADS, "before", WIDTH // WRITING_HEADS]
            told[f"{each}.out"] = ["texts", WRITING_HEADS, "there", WIDTH // WRITING_HEADS]
    graph.step(
        "LogSoftmax", graph.linear(graph.normed(x, "dn", _EPSILON), "out", WIDTH, many), named=("logs",), axis=-1
    )
    return graph.model(given, told)


def write() -> None:
    """Both, for the weights that there are."""
    with np.load(WEIGHTS) as kept:
        many = len(kept["out.bias"])
    for path, graph in ((READING, reading()), (WRITING, writing(many))):
        path.write_bytes(graph.SerializeToString())


if __name__ == "__main__":
    write()
