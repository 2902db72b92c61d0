#!/usr/bin/env python3
"""Writes tests/tiny/{bert,xlmr}/: cross-encoders of the two shapes there are, with random weights.

`bert` has three inputs and segments, and a tokenizer file with limits of its own, which must not
count; `xlmr` has two inputs and positions that depend on the id of its padding.
The scores are what `transformers` computes in fp32, one pair at a time, without padding.
Needs `pip install torch transformers onnx`; nothing else does: what it writes is committed.

    python models/tests/make_tiny_encoders.py
"""

import json
import pathlib

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

OUT = pathlib.Path(__file__).parent / "tiny"
QUERY = "How long is the notice period?"
PASSAGES = [
    "The notice period is three months. It ends with a quarter.",
    "Nothing of it.",
    "Die Kündigungsfrist beträgt drei Monate, und sie endet mit dem Quartal." * 3,
    "A text that says [SEP] and </s> and [CLS] is a text.",
    "quarter",
]
# Tokens after which a pair is cut; the long passage is longer, the query alone is not.
MAX_TOKENS = [512, 36]


def wordpiece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=200,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator([QUERY, *PASSAGES] * 4, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator([QUERY, *PASSAGES] * 4, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


MEASURES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_labels": 1,
    "initializer_range": 0.3,
    "attn_implementation": "eager",
}


def bert(vocabulary: int):
    config = BertConfig(vocab_size=vocabulary, max_position_embeddings=192, **MEASURES)
    return BertForSequenceClassification(config)


def xlmr(vocabulary: int):
    config = XLMRobertaConfig(
        vocab_size=vocabulary,
        max_position_embeddings=194,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        **MEASURES,
    )
    return XLMRobertaForSequenceClassification(config)


def export(model, inputs: dict, path: pathlib.Path) -> None:
    names = list(inputs)
    both = {0: "batch", 1: "length"}
    torch.onnx.export(
        model,
        tuple(inputs.values()),
        str(path),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: both for name in names} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


class Logits(torch.nn.Module):
    """Takes its inputs by position, which is all that the exporter gives."""

    def __init__(self, model, names: list):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs))).logits


def main() -> None:
    torch.manual_seed(20261124)
    with_segments = ["input_ids", "attention_mask", "token_type_ids"]
    for name, tokenizer, make, names in [
        ("bert", wordpiece(), bert, with_segments),
        ("xlmr", unigram(), xlmr, with_segments[:2]),
    ]:
        folder = OUT / name
        folder.mkdir(parents=True, exist_ok=True)
        model = make(tokenizer.get_vocab_size()).eval()
        logits = Logits(model, names)

        def inputs(passage: str, max_tokens: int) -> dict:
            tokenizer.encode_special_tokens = True
            tokenizer.enable_truncation(max_tokens, strategy="only_second")
            encoding = tokenizer.encode(QUERY, passage)
            every = {
                "input_ids": encoding.ids,
                "attention_mask": encoding.attention_mask,
                "token_type_ids": encoding.type_ids,
            }
            return {name: torch.tensor([every[name]]) for name in names}

        cases = []
        for max_tokens in MAX_TOKENS:
            pairs = [inputs(passage, max_tokens) for passage in PASSAGES]
            with torch.no_grad():
                scores = [logits(*pair.values())[0, 0].item() for pair in pairs]
            lens = [pair["input_ids"].shape[1] for pair in pairs]
            cases.append({"max_tokens": max_tokens, "scores": scores, "n_tokens": sum(lens)})
        export(logits, inputs(PASSAGES[0], 512), folder / "model.onnx")
        tokenizer.encode_special_tokens = False
        tokenizer.no_truncation()
        if name == "bert":
            tokenizer.enable_truncation(8)
            tokenizer.enable_padding(length=100)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        (folder / "config.json").write_text(
            json.dumps({"model_type": name, "pad_token_id": model.config.pad_token_id}) + "\n"
        )
        found = {"query": QUERY, "passages": PASSAGES, "cases": cases}
        (folder / "scores.json").write_text(json.dumps(found, ensure_ascii=False) + "\n")


main()
