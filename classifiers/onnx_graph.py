"""The encoder as a graph for ONNX Runtime: float32 to take ranges from, or int8. Needs the `onnx` extra to write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from classifiers.bert import BertShape

Floats = NDArray[np.float32]
Ranges = Mapping[str, tuple[float, float]]
"""By linear layer, the least and the greatest number that goes into it."""

MICROSOFT = "com.microsoft"
OPSET, MICROSOFT_OPSET, IR_VERSION = 17, 1, 10
FAR_BELOW = np.float32(-10_000)
"""Added to the scores of padding, so that softmax gives it nothing."""


@dataclass(kw_only=True)
class EncoderGraph:
    """Writes the nodes. Without `ranges` all is float32, and what goes into the linear layers is put out under `inputs`."""

    weights: Mapping[str, Floats]
    shape: BertShape
    ranges: Ranges | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    _nodes: list[onnx.NodeProto] = field(default_factory=list)
    _constants: dict[str, onnx.TensorProto] = field(default_factory=dict)
    _quantised: dict[str, str] = field(default_factory=dict)

    def model(self) -> onnx.ModelProto:
        rows = self._embedded()
        far = self._hidden_padding()
        kept = []
        for number in range(1, self.shape.depth + 1):
            rows = self._layer(f"encoder.layer.{number - 1}", rows, far)
            if number in self.shape.kept:
                kept.append(rows)
        floats = onnx.TensorProto.FLOAT
        outputs = [helper.make_tensor_value_info(name, floats, ["texts", "tokens", self.shape.width]) for name in kept]
        outputs += [helper.make_tensor_value_info(name, floats, None) for name in self.inputs.values()]
        ids = helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["texts", "tokens"])
        real = helper.make_tensor_value_info("real", floats, ["texts", "tokens"])
        graph = helper.make_graph(self._nodes, "encoder", [ids, real], outputs, list(self._constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, MICROSOFT_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        helper.set_model_props(model, {"positions": str(self.shape.positions)})
        return model

    def _embedded(self) -> str:
        weights = self.weights
        words = self._constant("words", weights["embeddings.word_embeddings.weight"].astype(np.float16))
        taken = self._node("Cast", self._node("Gather", words, "ids"), to=onnx.TensorProto.FLOAT)
        every = weights["embeddings.token_type_embeddings.weight"][0]
        places = self._constant("places", weights["embeddings.position_embeddings.weight"] + every)
        sizes = self._node("Shape", "ids")
        zero, one, two = (self._constant(str(value), np.array([value])) for value in (0, 1, 2))
        tokens = self._node("Slice", sizes, one, two)
        return self._normed(self._node("Add", taken, self._node("Slice", places, zero, tokens)), "embeddings.LayerNorm")

    def _hidden_padding(self) -> str:
        """Nought for tokens, FAR_BELOW for padding, spread over heads and asking tokens."""
        padding = self._node("Sub", self._constant("whole", np.float32(1)), "real")
        far = self._node("Mul", padding, self._constant("far", FAR_BELOW))
        return self._node("Unsqueeze", far, self._constant("axes", np.array([1, 2])))

    def _layer(self, name: str, rows: str, far: str) -> str:
        mixed = self._linear(f"{name}.attention.output.dense", self._attended(name, rows, far))
        rows = self._normed(self._node("Add", mixed, rows), f"{name}.attention.output.LayerNorm")
        wide = self._linear(f"{name}.intermediate.dense", rows)
        narrow = self._linear(f"{name}.output.dense", self._node("Gelu", wide, domain=MICROSOFT))
        return self._normed(self._node("Add", narrow, rows), f"{name}.output.LayerNorm")

    def _attended(self, name: str, rows: str, far: str) -> str:
        heads = self._constant("heads", np.array([0, 0, self.shape.heads, self.shape.width // self.shape.heads]))
        turned = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
        asks, keys, values = (
            self._node(
                "Transpose",
                self._node("Reshape", self._linear(f"{name}.attention.self.{part}", rows), heads),
                perm=perm,
            )
            for part, perm in turned.items()
        )
        scores = self._node("Add", self._node("MatMul", asks, keys), far)
        seen = self._node("MatMul", self._node("Softmax", scores, axis=-1), values)
        flat = self._constant("flat", np.array([0, 0, self.shape.width]))
        return self._node("Reshape", self._node("Transpose", seen, perm=[0, 2, 1, 3]), flat)

    def _linear(self, name: str, rows: str) -> str:
        weight, bias = self.weights[f"{name}.weight"].T, self.weights[f"{name}.bias"]
        if name.endswith("self.query"):  # the scores' factor, put into the weights
            factor = np.float32((self.shape.width // self.shape.heads) ** -0.5)
            weight, bias = weight * factor, bias * factor
        if self.ranges is None:
            self.inputs[name] = rows
            product = self._node("MatMul", rows, self._constant(f"{name}.weight", weight))
            return self._node("Add", product, self._constant(f"{name}.bias", bias))
        step, zero = _steps(*self.ranges[name])
        scale, start = self._constant(f"{name}.step", step), self._constant(f"{name}.zero", zero)
        coarse, column_steps = quantised(weight)
        key = f"{rows} {step} {zero}"  # the three that ask the same rows share one quantised form
        if key not in self._quantised:
            self._quantised[key] = self._node("QuantizeLinear", rows, scale, start)
        return self._node(
            "MatMulIntegerToFloat",
            self._quantised[key],
            self._constant(f"{name}.weight", coarse),
            scale,
            self._constant(f"{name}.column_steps", column_steps),
            start,
            "",
            self._constant(f"{name}.bias", bias),
            domain=MICROSOFT,
        )

    def _normed(self, rows: str, name: str) -> str:
        """Layer normalisation from vectorised parts: ONNX Runtime's own node takes half as long again."""
        centred = self._node("Sub", rows, self._node("ReduceMean", rows, axes=[-1], keepdims=1))
        length = self._node("ReduceL2", centred, axes=[-1], keepdims=1)
        root = self._constant("root", np.float32(np.sqrt(self.shape.width)))
        unit = self._node("Mul", centred, self._node("Div", root, length))
        scale, shift = (self._constant(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self._node("Add", self._node("Mul", unit, scale), shift)

    def _constant(self, name: str, value: Any) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
        return name

    def _node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        out = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [out], name=out, domain=domain, **attributes))
        return out


def quantised(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """`weight` (inputs x outputs) in 8 bits around nought, and the step of each column."""
    steps = np.maximum(np.abs(weight).max(axis=0), 1e-8) / 127
    return np.clip(np.round(weight / steps), -127, 127).astype(np.int8), steps.astype(np.float32)


def _steps(least: float, greatest: float) -> tuple[np.float32, np.uint8]:
    """The step between two of 256 numbers from `least` to `greatest`, and which of them is nought."""
    least, greatest = min(least, 0.0), max(greatest, 0.0)
    step = np.float32(max(greatest - least, 1e-6) / 255)
    return step, np.uint8(np.clip(round(-least / float(step)), 0, 255))
