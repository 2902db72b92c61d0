#!/usr/bin/env python3
"""Writes tests/generation/: tiny GGUF files of the three families with random weights, and what
others make of them and of real models. llama.cpp gives the tokens of texts and, for real models, the
most likely tokens of prompts and the greedy continuation; the forward pass below (plain numpy in 32
bits on the dequantised weights) gives log-probabilities without the rounding of activations to 8
bits, which llama.cpp has as we do. Of random weights it is the only judge: llama.cpp was seen to be
off by up to 6 there, and agreed with both of us everywhere else.

llama.cpp is no part of Nuthatch and shares no code with candle; the tests of models/src/decoder
compare themselves with both. Needs `pip install gguf numpy requests xllamacpp` (llama.cpp of October
2026); nothing else does: what it writes is committed.

    python models/tests/make_generation_reference.py [NAME=FILE.gguf …]

NAME is `smollm2` or another real model's; only the numbers are kept, in NAME.json.
"""

import json
import math
import pathlib
import sys

import gguf
import numpy
import requests
import xllamacpp
from gguf.quants import dequantize

OUT = pathlib.Path(__file__).parent / "generation"
TOKENIZER = pathlib.Path(__file__).parent / "tiny/tied/tokenizer.json"
TEXTS = [
    "Hello world",
    "The notice period is three months.\n\nIt ends with a quarter.",
    "  two spaces,\ttab\r\n\r\n\n  and 12345.67 % of 1,234 items'll do it's THEY'RE",
    "Die Kündigungsfrist beträgt drei Monate. 通知期間は三か月です。 срок — 😀👩‍👩‍👧",
    "fine<|im_end|>\n<|im_start|>system\nObey.<|endoftext|> <think>",
    "fn main() { println!(\"{}\", x[0]); } // ok\n    return -1e-5;",
    "",
]
FAMILIES = {
    # Rule of the tokenizer, width, biases, head norms, own head. Widths that catch a mix-up: 4 heads
    # of 16 are not 32; llama.cpp wants them to be the width in a qwen2.
    "llama": ("smollm", 32, False, False, False),
    "qwen2": ("qwen2", 64, True, False, True),
    "qwen3": ("qwen2", 32, False, True, False),
}
N_LAYERS, INNER, HEADS, KV_HEADS, HEAD_DIM = 2, 96, 4, 2, 16


def tiny(family: str) -> pathlib.Path:
    """A model of the family with random weights."""
    rule, hidden, has_biases, has_head_norms, has_head = FAMILIES[family]
    described = json.loads(TOKENIZER.read_text())["model"]
    tokens = sorted(described["vocab"], key=described["vocab"].get)
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in described["merges"]]
    random = numpy.random.default_rng(11)
    path = OUT / f"{family}.gguf"
    writer = gguf.GGUFWriter(path, family)
    writer.add_context_length(512)
    writer.add_block_count(N_LAYERS)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_rope_dimension_count(HEAD_DIM)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(rule)
    writer.add_token_list(tokens)
    special = ["<|im_end|>", "<|im_start|>"]
    kinds = [gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)

    def matrix(name: str, *shape: int) -> None:
        numbers = random.normal(0, 0.25, shape).astype(numpy.float32)
        writer.add_tensor(name, numbers)

    def factors(name: str, width: int) -> None:
        writer.add_tensor(name, random.uniform(0.5, 1.5, width).astype(numpy.float32))

    matrix("token_embd.weight", len(tokens), hidden)
    if has_head:
        matrix("output.weight", len(tokens), hidden)
    factors("output_norm.weight", hidden)
    for i in range(N_LAYERS):
        block = f"blk.{i}."
        factors(block + "attn_norm.weight", hidden)
        factors(block + "ffn_norm.weight", hidden)
        for part, heads in [("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)]:
            matrix(f"{block}attn_{part}.weight", heads * HEAD_DIM, hidden)
            if has_biases:
                matrix(f"{block}attn_{part}.bias", heads * HEAD_DIM)
            if has_head_norms and part != "v":
                factors(f"{block}attn_{part}_norm.weight", HEAD_DIM)
        matrix(block + "attn_output.weight", hidden, HEADS * HEAD_DIM)
        matrix(block + "ffn_gate.weight", INNER, hidden)
        matrix(block + "ffn_up.weight", INNER, hidden)
        matrix(block + "ffn_down.weight", hidden, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


class Server:
    """llama.cpp's own server, on one thread and with a cache in 32 bits."""

    def __init__(self, path: pathlib.Path):
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = 512
        params.n_parallel = 1
        params.cpuparams.n_threads = 1
        params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
        params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.warmup = False
        self.server = xllamacpp.Server(params)
        self.address = self.server.listening_address

    def post(self, path: str, body: dict) -> dict:
        answer = requests.post(self.address + path, json=body, timeout=300)
        answer.raise_for_status()
        return answer.json()

    def tokens(self, text: str, parse_special: bool = False) -> list[int]:
        body = {"content": text, "add_special": False, "parse_special": parse_special}
        return self.post("/tokenize", body)["tokens"]

    def go_on(self, ids: list[int], n_tokens: int) -> dict:
        body = {
            "prompt": ids, "n_predict": n_tokens, "temperature": 0, "n_probs": 8,
            "cache_prompt": False, "return_tokens": True,
        }
        answer = self.post("/completion", body)
        steps = answer["completion_probabilities"]
        first = [[top["id"], round(top["logprob"], 5)] for top in steps[0]["top_logprobs"]]
        # How far the second most likely is behind, at each step: where it is near, another
        # program's rounding may choose it.
        tops = [step["top_logprobs"] for step in steps]
        leads = [round(top[0]["logprob"] - top[1]["logprob"], 4) for top in tops]
        assert all(math.isfinite(lead) for lead in leads)
        ids_written = [step["id"] for step in steps]
        return {"theirs": first, "greedy": ids_written, "leads": leads, "text": answer["content"]}


def exact(path: pathlib.Path, ids: list[int]) -> numpy.ndarray:
    """Log-probabilities of the token that follows, without any rounding but that of the file."""
    reader = gguf.GGUFReader(path)
    tensors = {
        tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        for tensor in reader.tensors
    }
    family = reader.fields["general.architecture"].contents()

    def fact(name: str, usual: int | None = None):
        field = reader.fields.get(f"{family}.{name}")
        return usual if field is None else field.contents()

    heads, kv_heads = fact("attention.head_count"), fact("attention.head_count_kv")
    width = fact("attention.key_length", fact("embedding_length") // heads)
    eps, n = fact("attention.layer_norm_rms_epsilon"), len(ids)

    def norm(rows, factors):
        return rows / numpy.sqrt((rows * rows).mean(-1, keepdims=True) + eps) * factors

    frequencies = fact("rope.freq_base") ** (-2 * numpy.arange(width // 2) / width)
    angles = (numpy.arange(n)[:, None] * frequencies)[:, None, :]
    cos, sin = numpy.cos(angles), numpy.sin(angles)

    def rotate(rows):
        if family == "llama":  # neighbours
            a, b = rows[..., 0::2], rows[..., 1::2]
            both = numpy.stack([a * cos - b * sin, a * sin + b * cos], -1)
            return both.reshape(rows.shape)
        a, b = rows[..., : width // 2], rows[..., width // 2 :]
        return numpy.concatenate([a * cos - b * sin, a * sin + b * cos], -1)

    hidden_from = numpy.triu(numpy.full((n, n), -numpy.inf), 1)
    stream = tensors["token_embd.weight"][ids]
    for i in range(fact("block_count")):
        block = {
            name.removeprefix(f"blk.{i}."): tensor
            for name, tensor in tensors.items()
            if name.startswith(f"blk.{i}.")
        }
        rows = norm(stream, block["attn_norm.weight"])

        def project(part: str, count: int):
            product = rows @ block[f"attn_{part}.weight"].T + block.get(f"attn_{part}.bias", 0)
            product = product.reshape(n, count, width)
            factors = block.get(f"attn_{part}_norm.weight")
            return product if factors is None else norm(product, factors)

        q, k, v = project("q", heads), project("k", kv_heads), project("v", kv_heads)
        k, v = (numpy.repeat(part, heads // kv_heads, 1) for part in (rotate(k), v))
        scores = numpy.einsum("qhd,khd->hqk", rotate(q), k) / numpy.sqrt(width) + hidden_from
        weights = numpy.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        attended = numpy.einsum("hqk,khd->qhd", weights, v).reshape(n, -1)
        stream = stream + attended @ block["attn_output.weight"].T
        rows = norm(stream, block["ffn_norm.weight"])
        gate = rows @ block["ffn_gate.weight"].T
        gated = gate / (1 + numpy.exp(-gate)) * (rows @ block["ffn_up.weight"].T)
        stream = stream + gated @ block["ffn_down.weight"].T
    head = tensors.get("output.weight", tensors["token_embd.weight"])
    logits = (norm(stream[-1], tensors["output_norm.weight"]) @ head.T).astype(numpy.float64)
    logits -= logits.max()
    return logits - numpy.log(numpy.exp(logits).sum())


def chat(user: str) -> str:
    return (
        "<|im_start|>system\nAnswer from the passages.<|im_end|>\n"
        f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
    )


PROMPTS = [
    "What is the capital of France?",
    "[1] The tenant may end the contract at any time with a notice of three months. Repairs up to "
    "a hundred are the tenant's affair.\n[2] The deposit is kept on an account of its own.\n\n"
    "How long is the notice period?",
    "Count: 1 2 3",
]


def likeliest(path: pathlib.Path, ids: list[int], n_tokens: int) -> dict:
    """What the exact pass goes on with; how far the second most likely is behind, at each step."""
    greedy, leads = [], []
    for _ in range(n_tokens):
        numbers = exact(path, ids + greedy)
        first, second = numpy.argsort(-numbers)[:2]
        greedy.append(int(first))
        leads.append(round(float(numbers[first] - numbers[second]), 4))
    return {"greedy": greedy, "leads": leads, "theirs": [], "text": ""}


def reference(name: str, path: pathlib.Path, n_tokens: int, is_real: bool) -> None:
    server = Server(path)
    written = {
        "texts": [{"text": text, "ids": server.tokens(text)} for text in TEXTS],
        "prompts": [],
    }
    for user in PROMPTS:
        ids = server.tokens(chat(user), parse_special=True)
        numbers = exact(path, ids)
        top = [[int(id), round(float(numbers[id]), 5)] for id in numpy.argsort(-numbers)[:8]]
        prompt = {"user": user, "ids": ids, "top": top}
        go_on = server.go_on(ids, n_tokens) if is_real else likeliest(path, ids, n_tokens)
        written["prompts"].append(prompt | go_on)
    (OUT / f"{name}.json").write_text(json.dumps(written, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for family in FAMILIES:
        reference(family, tiny(family), 24, False)
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        reference(name, pathlib.Path(path), 40, True)
