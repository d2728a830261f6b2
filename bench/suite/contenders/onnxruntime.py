# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
"""ONNX Runtime: its fused operators, inputs and outputs bound once."""

import numpy
import onnxruntime
from onnx import TensorProto, helper

from ..cases import EPS
from ..contender import Contender, Unsupported, python_loop
from ..memory import Arguments, sample

_DTYPES = {
    "f32": (numpy.float32, TensorProto.FLOAT),
    "f16": (numpy.float16, TensorProto.FLOAT16),
    "f64": (numpy.float64, TensorProto.DOUBLE),
}
_OPSETS = [
    helper.make_opsetid("", 21),
    helper.make_opsetid("com.microsoft", 1),
]


_PARAMETERS = ["weight", "bias"]
# Of each op: the operator, its inputs after x, and its own attributes.
_OPERATORS = {
    "layer_norm": ("LayerNormalization", _PARAMETERS, {"axis": -1}),
    "rms_norm": ("SimplifiedLayerNormalization", ["weight"], {"axis": -1}),
    "batch_norm_inference": (
        "BatchNormalization",
        [*_PARAMETERS, "mean", "variance"],
        {},
    ),
    "group_norm": ("GroupNormalization", _PARAMETERS, {}),
    "instance_norm": ("InstanceNormalization", _PARAMETERS, {}),
}
_SKIP_OPERATORS = {
    "layer_norm": ("SkipLayerNormalization", _PARAMETERS),
    "rms_norm": ("SkipSimplifiedLayerNormalization", ["weight"]),
}


def _norm_node(case, y):
    """The norm, its inputs and its outputs."""
    if case.residual:
        operator, names = _SKIP_OPERATORS[case.op]
        return helper.make_node(
            operator,
            ["x", "residual", *names],
            [y, "", "", "sum"],
            domain="com.microsoft",
            epsilon=EPS,
        )
    if case.op not in _OPERATORS:
        raise Unsupported("no such operator")
    operator, names, attributes = _OPERATORS[case.op]
    if case.op == "group_norm":
        attributes = {"num_groups": case.groups}
    return helper.make_node(
        operator, ["x", *names], [y], epsilon=EPS, **attributes
    )


def _nodes(case):
    if not case.activation:
        return [_norm_node(case, "y")]
    nodes = [_norm_node(case, "normalized")]
    if case.activation == "relu":
        return nodes + [helper.make_node("Relu", ["normalized"], ["y"])]
    return nodes + [
        helper.make_node("Sigmoid", ["normalized"], ["gate"]),
        helper.make_node("Mul", ["normalized", "gate"], ["y"]),
    ]


class OnnxRuntime(Contender):
    def version(self):
        return onnxruntime.__version__

    def prepare(self, case):
        if case.op == "batch_norm_training":
            raise Unsupported("no training in the inference build")
        if case.layout == "nhwc":
            raise Unsupported("channels first only")
        if case.dtype not in _DTYPES:
            raise Unsupported("no " + case.dtype)
        nodes = _nodes(case)
        # Parameters have the type of x.
        arguments = Arguments(self.library, case, case.dtype)
        dtype, onnx_type = _DTYPES[case.dtype]
        used = {name for node in nodes for name in node.input}
        inputs = {
            name: numpy.frombuffer(
                arguments[name].as_buffer(), dtype
            ).reshape(arguments[name].shape)
            for name in Arguments.FILLS
            if name in used
        }
        outputs = ["y", "sum"] if case.residual else ["y"]
        session = self.session(nodes, inputs, outputs, onnx_type)
        binding = session.io_binding()
        for name, array in inputs.items():
            binding.bind_ortvalue_input(
                name, onnxruntime.OrtValue.ortvalue_from_numpy(array)
            )
        results = {}
        for name in outputs:
            results[name] = onnxruntime.OrtValue.ortvalue_from_shape_and_type(
                list(case.shape), dtype, "cpu"
            )
            binding.bind_ortvalue_output(name, results[name])

        def call():
            # `arguments` holds the memory that is bound.
            assert arguments
            session.run_with_iobinding(binding)

        def values():
            y = results["y"].numpy()
            return sample(self.library, y.ctypes.data, case.dtype, y.size)

        return [[python_loop("ONNX Runtime", call, values)]]

    def session(self, nodes, inputs, outputs, onnx_type):
        graph = helper.make_graph(
            nodes,
            "norm",
            [
                helper.make_tensor_value_info(name, onnx_type, array.shape)
                for name, array in inputs.items()
            ],
            [
                helper.make_tensor_value_info(name, onnx_type, None)
                for name in outputs
            ],
        )
        model = helper.make_model(graph, opset_imports=_OPSETS, ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(
                model.SerializeToString(),
                options,
                providers=["CPUExecutionProvider"],
            )
        except Exception as error:
            raise Unsupported(str(error).splitlines()[0][:160])
