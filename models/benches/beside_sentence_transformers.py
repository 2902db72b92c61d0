#!/usr/bin/env python3
"""Our reranker beside sentence-transformers, on one random checkpoint and the same passages.

    pip install torch transformers sentence-transformers
    python models/benches/beside_sentence_transformers.py --peak 989

Call it from the repository's root, on a machine with an NVIDIA card. It writes a Qwen3 checkpoint of
the true 4B shape with random weights, N(0, 0.02), in bf16 (8 GB, kept in --folder), lets
sentence-transformers' CrossEncoder score passages with the best of several batch sizes, then
`cargo xtask cuda bench` on the same token ids, and prints for both tokens per second and the share of
the card's peak (MFU), their ratio, and how far each logit is from transformers' in fp32.

Targets: 1.9 times the tokens per second; 55 % MFU on an H100; 0.3 from fp32. With random weights
logits are small, so the distance is also given as a share of their spread.

Without a card it shows only that both agree: --shape tiny --device cpu --dtype float32 --nuthatch
"cargo bench --bench rerank --".
"""

import argparse
import gc
import json
import pathlib
import random
import shlex
import subprocess
import time

import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

# layers, hidden, intermediate, query heads, key heads, vocabulary
SHAPES = {
    "tiny": (3, 64, 128, 4, 2, 2048),
    "0.6b": (28, 1024, 3072, 16, 8, 151_936),
    "4b": (36, 2560, 9728, 32, 8, 151_936),
}
TARGET_RATIO, TARGET_MFU, TARGET_DISTANCE = 1.9, 55.0, 0.3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="4b")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("target/random-checkpoint"))
    parser.add_argument("--passages", type=int, default=100)
    parser.add_argument("--tokens", default="125-375", help="shortest and longest passage")
    parser.add_argument("--query", type=int, default=23, help="tokens in front of each passage")
    parser.add_argument("--dtype", choices=["bfloat16", "float16", "float32"], default="bfloat16")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--batches", default="8,16,32,64", help="batch sizes that the other may use")
    parser.add_argument("--pass-tokens", type=int, default=4096, help="rows of one of our passes")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--compared", type=int, default=16, help="passages also computed in fp32")
    parser.add_argument("--peak", type=float, help="what the card computes at most, in TFLOP/s")
    parser.add_argument("--nuthatch", default="cargo xtask cuda bench", help="our side's command")
    return parser.parse_args()


def make_checkpoint(folder, shape):
    """Writes it in bf16, in shards, with a tokenizer of one word for each id."""
    if (folder / "config.json").is_file():
        return
    n_layers, hidden, intermediate, n_heads, n_kv_heads, vocabulary = SHAPES[shape]
    config = Qwen3Config(
        num_hidden_layers=n_layers,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_attention_heads=n_heads,
        num_key_value_heads=n_kv_heads,
        head_dim=128,
        vocab_size=vocabulary,
        max_position_embeddings=40_960,
        rope_theta=1e6,
        initializer_range=0.02,
        tie_word_embeddings=True,
        architectures=["Qwen3ForCausalLM"],
    )
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    Qwen3ForCausalLM(config).save_pretrained(folder, max_shard_size="4GB")
    torch.set_default_dtype(torch.float32)
    words = {"pad": 0, "yes": 1, "no": 2} | {f"w{i}": i for i in range(3, vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="pad"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    # Padded on the left, as the model's last token is the one that is scored.
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="pad", padding_side="left", model_max_length=40_960
    ).save_pretrained(folder)


def make_ids(arguments):
    """The query's ids, and each passage's."""
    vocabulary = SHAPES[arguments.shape][5]
    least, most = map(int, arguments.tokens.split("-"))
    chance = random.Random(7)
    draw = lambda n: [chance.randrange(3, vocabulary) for _ in range(n)]
    return draw(arguments.query), [draw(chance.randint(least, most)) for _ in range(arguments.passages)]


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def score_with_sentence_transformers(arguments, query, passages):
    """Logits of yes minus no, and the median seconds of the best batch size."""
    words = lambda ids: " ".join(f"w{i}" for i in ids)
    pairs = [(words(query), words(passage)) for passage in passages]
    encoder = CrossEncoder(
        str(arguments.folder),
        device=arguments.device,
        model_kwargs={"dtype": getattr(torch, arguments.dtype)},
    )
    check_ids(encoder, pairs[0], query + passages[0])
    predict = lambda batch_size: encoder.predict(
        pairs, batch_size=batch_size, activation_fn=torch.nn.Identity(), show_progress_bar=False
    )
    best = None
    for batch_size in map(int, arguments.batches.split(",")):
        logits = predict(batch_size)
        seconds = []
        for _ in range(arguments.runs):
            synchronize(arguments.device)
            start = time.perf_counter()
            predict(batch_size)
            synchronize(arguments.device)
            seconds.append(time.perf_counter() - start)
        median = sorted(seconds)[len(seconds) // 2]
        print(f"  batches of {batch_size}: {1e3 * median:.1f} ms")
        if best is None or median < best[1]:
            best = ([float(logit) for logit in logits], median)
    del encoder
    release()
    return best


def check_ids(encoder, pair, wanted):
    """Both sides must be given the same tokens."""
    found = encoder.tokenizer(*pair)["input_ids"]
    if found != wanted:
        raise SystemExit(f"sentence-transformers reads other tokens: {found[:8]} … {found[-8:]}")


def release():
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@torch.inference_mode()
def score_in_fp32(arguments, query, passages):
    """One whole sequence at a time, without padding."""
    model = Qwen3ForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32).to(arguments.device)
    torch.backends.cuda.matmul.allow_tf32 = False
    logits = []
    for passage in passages[: arguments.compared]:
        ids = torch.tensor([query + passage], device=arguments.device)
        last = model(ids, logits_to_keep=1).logits[0, -1]
        logits.append(float(last[1] - last[2]))
    del model
    release()
    return logits


def score_with_nuthatch(arguments, query, passages):
    """Logits, median seconds and TFLOP/s, as our bench says them."""
    given, answer = arguments.folder / "input.json", arguments.folder / "output.json"
    given.write_text(json.dumps({"shared": query, "own": passages, "wanted": [1, 2]}))
    answer.unlink(missing_ok=True)
    dtype = {"bfloat16": "bf16", "float16": "f16", "float32": "f32"}[arguments.dtype]
    command = shlex.split(arguments.nuthatch) + [
        f"checkpoint={arguments.folder.resolve()}",
        f"input={given.resolve()}",
        f"output={answer.resolve()}",
        f"device={arguments.device}",
        f"dtype={dtype}",
        f"runs={arguments.runs}",
        f"pass={arguments.pass_tokens}",
    ] + ([f"peak={arguments.peak}"] if arguments.peak else [])
    subprocess.run(command, check=True)
    said = json.loads(answer.read_text())
    return [yes - no for yes, no in said["logits"]], said["seconds"], said["tflops"]


def operations(shape, query, passages):
    """Of all prompts as they are: products with weights, attention, and the head's rows computed."""
    n_layers, hidden, intermediate, n_heads, n_kv_heads, vocabulary = SHAPES[shape]
    q, kv = n_heads * 128, n_kv_heads * 128
    lens = [len(query) + len(passage) for passage in passages]
    weights = hidden * (2 * q + 2 * kv + 3 * intermediate)
    layer = sum(2 * n * weights + 4 * q * n * (n + 1) / 2 for n in lens)
    return n_layers * layer + 2 * len(lens) * hidden * vocabulary


def distance(found, wanted):
    return max(abs(found - wanted) for found, wanted in zip(found, wanted))


def main():
    arguments = parse_arguments()
    make_checkpoint(arguments.folder, arguments.shape)
    query, passages = make_ids(arguments)
    n_tokens = sum(len(query) + len(passage) for passage in passages)
    print(f"{arguments.passages} passages, {n_tokens} prompt tokens, {arguments.dtype}")
    theirs, their_seconds = score_with_sentence_transformers(arguments, query, passages)
    reference = score_in_fp32(arguments, query, passages)
    ours, our_seconds, our_tflops = score_with_nuthatch(arguments, query, passages)
    their_tflops = operations(arguments.shape, query, passages) / their_seconds / 1e12

    share = lambda tflops: f"{100 * tflops / arguments.peak:.1f} %" if arguments.peak else "?"
    print("\n| | tokens/s | TFLOP/s | MFU | from fp32 |\n| --- | --- | --- | --- | --- |")
    for name, logits, seconds, tflops in [
        ("sentence-transformers", theirs, their_seconds, their_tflops),
        ("nuthatch", ours, our_seconds, our_tflops),
    ]:
        print(
            f"| {name} | {n_tokens / seconds:.0f} | {tflops:.3f} | {share(tflops)}"
            f" | {distance(logits, reference):.4f} |"
        )
    ratio, furthest = their_seconds / our_seconds, distance(ours, reference)
    spread = max(reference) - min(reference)
    print(f"\nratio {ratio:.2f} (target {TARGET_RATIO})")
    print(f"MFU {share(our_tflops)} (target {TARGET_MFU:.0f} % on an H100)")
    print(f"from fp32 {furthest:.4f} (target {TARGET_DISTANCE}), of a spread of {spread:.4f}")


if __name__ == "__main__":
    main()
