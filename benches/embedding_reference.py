"""The other side of `cargo bench --bench embedding`: the same model in Python's onnxruntime.

    pip install onnxruntime tokenizers numpy
    embedding_reference.py MODEL_DIR MAX_TOKENS BATCH THREADS < texts, one per line

Reads the texts, then a line for each run that is wanted; answers each with the seconds it took.
Texts are ordered by length and padded to the longest of their batch; vectors are means over tokens,
brought to unit length: what the worker does.
"""

import sys
import time

import numpy
import onnxruntime
from tokenizers import Tokenizer

folder, max_tokens, batch, threads = sys.argv[1], *map(int, sys.argv[2:5])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options, providers=["CPUExecutionProvider"])
inputs = {given.name for given in session.get_inputs()}
tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
tokenizer.enable_truncation(max_tokens)
tokenizer.enable_padding()


def embed(texts):
    texts = sorted(texts, key=len, reverse=True)
    for start in range(0, len(texts), batch):
        encoded = tokenizer.encode_batch(texts[start : start + batch])
        ids = numpy.array([text.ids for text in encoded], dtype=numpy.int64)
        mask = numpy.array([text.attention_mask for text in encoded], dtype=numpy.int64)
        fed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        states = session.run(None, {name: fed[name] for name in inputs})[0]
        weights = mask[:, :, None].astype(numpy.float32)
        means = (states * weights).sum(1) / weights.sum(1)
        means / numpy.linalg.norm(means, axis=1, keepdims=True)


texts = []
for line in sys.stdin:
    if not line.strip():
        break
    texts.append(line.strip())
embed(texts[:batch])
print("ready", flush=True)
for _ in sys.stdin:
    began = time.perf_counter()
    embed(texts)
    print(time.perf_counter() - began, flush=True)
