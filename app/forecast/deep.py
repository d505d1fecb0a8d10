"""Training of the attention-LSTM with torch (the extra `deep`); what comes out needs NumPy alone (lstm.py)."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.errors import Unavailable
from app.forecast.frame import Floats
from app.forecast.lstm import CHANNELS, HIDDEN, QUERY, SHAPES

EPOCHS, BATCH, RATE = 8, 512, 3e-3


def torch_or_say() -> Any:
    """The torch module. Raises Unavailable with the remedy."""
    try:
        import torch
    except (ImportError, OSError) as error:
        raise Unavailable("The attention-LSTM cannot be trained: torch is not installed", "Install the extra: pip install 'chengshu[deep]'",
                          why=str(error)) from error
    return torch


def net(torch: Any) -> Any:
    """The net as a torch module: forward(x [m, WINDOW, CHANNELS], query [m, QUERY]) → [m]."""

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = torch.nn.LSTM(CHANNELS, HIDDEN, batch_first=True)
            self.ask = torch.nn.Linear(QUERY, HIDDEN)
            self.mix = torch.nn.Linear(2 * HIDDEN + QUERY, HIDDEN)
            self.out = torch.nn.Linear(HIDDEN, 1)
            self.line = torch.nn.Linear(QUERY, 1, bias=False)

        def forward(self, x: Any, query: Any) -> Any:
            held, _ = self.lstm(x)
            asked = torch.tanh(self.ask(query))
            share = torch.softmax(torch.einsum("mth,mh->mt", held, asked) / HIDDEN**0.5, dim=1)
            joint = torch.cat([torch.einsum("mt,mth->mh", share, held), held[:, -1], query], dim=1)
            return self.out(torch.relu(self.mix(joint)))[:, 0] + self.line(query)[:, 0]

    return Net()


def train(x: Floats, query: Floats, z: Floats, weight: Floats, seed: int = 7, epochs: int = EPOCHS) -> dict[str, Floats]:
    """Weights (lstm.SHAPES) after some epochs of Adam on rows x [m, WINDOW, CHANNELS], query [m, QUERY], target z [m], weight [m]."""
    torch = torch_or_say()
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = net(torch)
    step = torch.optim.Adam(model.parameters(), lr=RATE, weight_decay=1e-5)
    pace = torch.optim.lr_scheduler.CosineAnnealingLR(step, epochs * max(1, len(z) // BATCH))
    data = [torch.from_numpy(np.ascontiguousarray(one, np.float32)) for one in (x, query, z, weight)]
    order = np.random.default_rng(seed)
    for _ in range(epochs):
        mixed = torch.from_numpy(order.permutation(len(z)))
        for start in range(0, len(z) - BATCH + 1, BATCH) or range(1):
            rows = mixed[start:start + BATCH]
            a, q, target, w = (one[rows] for one in data)
            step.zero_grad()
            loss = (w * torch.nn.functional.huber_loss(model(a, q), target, reduction="none", delta=1.0)).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            step.step()
            pace.step()
    found = {name: value.detach().numpy().astype(np.float64) for name, value in model.state_dict().items()}
    return {name: found[name] for name in SHAPES}
