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


def _norm_node(case, y):
    """The norm, its inputs and its outputs."""
    if case.residual:
        op = {
            "layer_norm": "SkipLayerNormalization",
            "rms_norm": "SkipSimplifiedLayerNormalization",
        }[case.op]
        names = ["x", "residual", "weight"]
        if case.op == "layer_norm":
            names.append("bias")
        return helper.make_node(
            op,
            names,
            [y, "", "", "sum"],
            domain="com.microsoft",
            epsilon=EPS,
        )
    if case.op == "layer_norm":
        return helper.make_node(
            "LayerNormalization",
            ["x", "weight", "bias"],
            [y],
            axis=-1,
            epsilon=EPS,
        )
    if case.op == "rms_norm":
        return helper.make_node(
            "SimplifiedLayerNormalization",
            ["x", "weight"],
            [y],
            axis=-1,
            epsilon=EPS,
        )
    if case.op == "batch_norm_inference":
        return helper.make_node(
            "BatchNormalization",
            ["x", "weight", "bias", "mean", "variance"],
            [y],
            epsilon=EPS,
        )
    if case.op == "group_norm":
        return helper.make_node(
            "GroupNormalization",
            ["x", "weight", "bias"],
            [y],
            num_groups=case.groups,
            epsilon=EPS,
        )
    if case.op == "instance_norm":
        return helper.make_node(
            "InstanceNormalization",
            ["x", "weight", "bias"],
            [y],
            epsilon=EPS,
        )
    raise Unsupported("no such operator")


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
