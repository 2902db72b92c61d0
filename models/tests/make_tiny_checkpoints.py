#!/usr/bin/env python3
"""Writes tests/tiny/: Qwen3 checkpoints of the true architecture with random weights, and scores.

The scores are what `transformers` computes in fp32, one whole sequence at a time, without packing,
sharing or any other saving; the tests of models/src/causal compare themselves with them.
Needs `pip install torch transformers`; nothing else does: what it writes is committed.

    python models/tests/make_tiny_checkpoints.py
"""

import json
import pathlib

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

OUT = pathlib.Path(__file__).parent / "tiny"
VOCABULARY = 320
YES, NO = 301, 17
# (tokens in front of all passages, tokens of each passage's own part)
CASES = [
    (9, [12]),
    (0, [5, 17, 1]),
    (23, [1, 2, 64, 7, 7, 31, 40, 3]),
    (120, [48, 9, 80]),
]


def checkpoint(is_tied: bool, n_layers: int) -> Qwen3ForCausalLM:
    """Widths that catch a mix-up: 4 heads of 16 are not 32, and 2 key heads serve 4 query heads."""
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=n_layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=512,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        rms_norm_eps=1e-6,
        tie_word_embeddings=is_tied,
        initializer_range=0.25,
        attn_implementation="eager",
        dtype="float32",
    )
    model = Qwen3ForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:  # all ones would hide a norm that is left out
                weight.uniform_(0.5, 1.5)
    return model


def scores(model: Qwen3ForCausalLM) -> dict:
    cases = []
    for n_shared, lens in CASES:
        ids = lambda n: torch.randint(0, VOCABULARY, (n,)).tolist()
        shared, own = ids(n_shared), [ids(n) for n in lens]
        logits = []
        for rest in own:
            with torch.no_grad():
                last = model(torch.tensor([shared + rest])).logits[0, -1]
            logits.append([last[YES].item(), last[NO].item()])
        cases.append({"shared": shared, "own": own, "logits": logits})
    return {"wanted": [YES, NO], "cases": cases}


def main() -> None:
    torch.manual_seed(20261123)
    for name, is_tied, n_layers, shard in [("tied", True, 3, "5GB"), ("untied", False, 2, "70KB")]:
        model, folder = checkpoint(is_tied, n_layers), OUT / name
        model.save_pretrained(folder, max_shard_size=shard)
        (folder / "generation_config.json").unlink(missing_ok=True)
        config = json.loads((folder / "config.json").read_text())
        if not is_tied:  # the spelling of transformers 4
            config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
            config["rope_scaling"] = None
            config["torch_dtype"] = config.pop("dtype")
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        (folder / "scores.json").write_text(json.dumps(scores(model)) + "\n")


main()
