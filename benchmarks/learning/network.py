"""The network as PyTorch trains it; `graphs.py` writes the same for `chat_service/translate/learned/network.py`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.learning.e5 import Base
from chat_service.translate.learned.pieces import Pieces

WIDTH, LAYERS, WRITING_LAYERS, WRITING_HEADS, WRITING_INNER = 384, 6, 2, 6, 1024
_MOST_PIECES, _MOST_WORDS, _PARTS, _SMALL, _DROPPED = 160, 200, 3, 0.02, 0.1


class _Reading(nn.Module):
    """A layer of the encoder, as the base has it."""

    def __init__(self, base: Base, number: int) -> None:
        super().__init__()
        width, inner = base.width, base.inner
        self.heads = base.heads
        self.qkv, self.ao, self.aln = (
            nn.Linear(width, 3 * width),
            nn.Linear(width, width),
            nn.LayerNorm(width, eps=1e-12),
        )
        self.fi, self.fo, self.oln = nn.Linear(width, inner), nn.Linear(inner, width), nn.LayerNorm(width, eps=1e-12)
        at = f"l{number}"
        parts = [base.matrix(f"{at}.{each}.w", width) for each in "qkv"]
        _set(self.qkv, np.concatenate(parts), np.concatenate([base.plain(f"{at}.{each}.b") for each in "qkv"]))
        _set(self.ao, base.matrix(f"{at}.ao.w", width), base.plain(f"{at}.ao.b"))
        _set(self.fi, base.matrix(f"{at}.fi.w", width), base.plain(f"{at}.fi.b"))
        _set(self.fo, base.matrix(f"{at}.fo.w", inner), base.plain(f"{at}.fo.b"))
        _set(self.aln, base.plain(f"{at}.aln.w"), base.plain(f"{at}.aln.b"))
        _set(self.oln, base.plain(f"{at}.oln.w"), base.plain(f"{at}.oln.b"))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        rows, long, width = x.shape
        query, key, value = self.qkv(x).view(rows, long, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        x = self.aln(x + self._drop(self.ao(seen.transpose(1, 2).reshape(rows, long, width))))
        found: Tensor = self.oln(x + self._drop(self.fo(functional.gelu(self.fi(x), approximate="tanh"))))
        return found

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, _DROPPED, self.training)


class _Encoder(nn.Module):
    def __init__(self, base: Base, kept: Sequence[int]) -> None:
        super().__init__()
        width = base.width
        self.emb = nn.Embedding(len(kept), width)
        self.emb.weight.data = torch.tensor(base.matrix("emb.word", width)[list(kept)])
        self.emb.weight.requires_grad_(False)  # so that words that training never saw keep their place among the rest
        self.pos = nn.Parameter(torch.tensor(base.plain("emb.pos").reshape(-1, width)[:_MOST_PIECES]))
        self.tt = nn.Parameter(torch.tensor(base.plain("emb.type").reshape(-1, width)[0]))
        self.eln = nn.LayerNorm(width, eps=1e-12)
        _set(self.eln, base.plain("emb.ln.w"), base.plain("emb.ln.b"))
        self.layers = nn.ModuleList(_Reading(base, number) for number in range(LAYERS))


class _Writing(nn.Module):
    """A layer of the decoder."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.n1, self.n2, self.n3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.ao = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.q, self.kv, self.co = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.fi, self.fo = nn.Linear(width, WRITING_INNER), nn.Linear(WRITING_INNER, width)

    def forward(self, y: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        rows, long, width = y.shape
        attend = functional.scaled_dot_product_attention
        query, key, value = self.qkv(self.n1(y)).view(rows, long, 3, WRITING_HEADS, -1).permute(2, 0, 3, 1, 4)
        own = attend(query, key, value, is_causal=True).transpose(1, 2).reshape(rows, long, width)
        y = y + self._drop(self.ao(own))
        query = self.q(self.n2(y)).view(rows, long, WRITING_HEADS, -1).transpose(1, 2)
        key, value = self.kv(memory).view(rows, memory.shape[1], 2, WRITING_HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = attend(query, key, value, attn_mask=mask[:, None, None, :]).transpose(1, 2).reshape(rows, long, width)
        y = y + self._drop(self.co(seen))
        return y + self._drop(self.fo(functional.gelu(self.fi(self.n3(y)), approximate="tanh")))

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, _DROPPED, self.training)


class Trained(nn.Module):
    """Encoder and decoder. `kept` are the base's pieces that texts are cut into, `words` those that requests are of."""

    def __init__(self, base: Base, kept: Sequence[int], pieces: Pieces, words: Sequence[str]) -> None:
        super().__init__()
        width = base.width
        self.enc, self.many = _Encoder(base, kept), len(kept)
        self.sp = nn.Embedding(len(words), width)
        self.sp.weight.data = self._by_name(words, pieces)
        self.segs = nn.Parameter(torch.randn(_PARTS, width) * _SMALL)
        self.scale = nn.Parameter(torch.ones(1))
        self.dpos = nn.Parameter(torch.randn(_MOST_WORDS, width) * _SMALL)
        self.dl = nn.ModuleList(_Writing(width) for _ in range(WRITING_LAYERS))
        self.dn = nn.LayerNorm(width)
        self.out = nn.Linear(width, len(words))

    def forward(self, pieces: Tensor, mask: Tensor, parts: Tensor, before: Tensor) -> Tensor:
        """The odds of each next word (rows x words x all), of texts as numbers, what there is of them, their parts."""
        own = pieces >= self.many
        said = self.enc.emb(pieces.clamp(max=self.many - 1))
        x = torch.where(own[..., None], self.sp((pieces - self.many).clamp(min=0)), said)
        x = self.enc.eln(x + self.enc.pos[: pieces.shape[1]] + self.enc.tt + self.segs[parts])
        x = functional.dropout(x, _DROPPED, self.training)
        for layer in self.enc.layers:
            x = layer(x, mask)
        y = self.sp(before) * self.scale + self.dpos[: before.shape[1]]
        for layer in self.dl:
            y = layer(y, x, mask)
        found: Tensor = self.out(self.dn(y))
        return found

    def _by_name(self, words: Sequence[str], pieces: Pieces) -> Tensor:
        """A word begins where the pieces of its name are (`=repurchase_rate`: repurchase rate)."""
        found = torch.randn(len(words), self.enc.emb.weight.shape[1]) * _SMALL
        for number, word in enumerate(words):
            name = re.sub(r"[^a-zA-Z0-9]+", " ", word).strip()
            if name:
                found[number] += self.enc.emb.weight[pieces.cut(name)].mean(dim=0)
        return found


def _set(layer: nn.Linear | nn.LayerNorm, weight: np.ndarray, bias: np.ndarray) -> None:
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)


__all__ = ["Trained"]
