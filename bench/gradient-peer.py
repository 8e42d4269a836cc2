"""Times the step of `bench/gradient.ts` on the blocks Mixed_7a to 7c in PyTorch: forward, softmax cross entropy and the gradients of all weights,
on one core, the median of five rounds in processor time after one to warm up.

    pip install torch
    python bench/gradient-peer.py

torch 2.13.
"""

import resource
import statistics

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
cost = {"all": 0, "lowest": 0}


class Conv(nn.Module):
    def __init__(self, channels, filters, height, width, stride=1, side=8):
        super().__init__()
        padding = ((height - 1) // 2, (width - 1) // 2) if stride == 1 else 0
        self.conv = nn.Conv2d(channels, filters, (height, width), stride, padding)
        operations = 2 * channels * filters * height * width * side * side
        cost["all"] += operations
        cost["lowest"] += operations if channels == 768 else 0

    def forward(self, x):
        return torch.clamp(self.conv(x), 0, 6)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.one, self.fork, self.pooled = Conv(channels, 320, 1, 1), Conv(channels, 384, 1, 1), Conv(channels, 192, 1, 1)
        self.deep = nn.Sequential(Conv(channels, 448, 1, 1), Conv(448, 384, 3, 3))
        self.wide = nn.ModuleList([Conv(384, 384, 1, 3), Conv(384, 384, 1, 3)])
        self.high = nn.ModuleList([Conv(384, 384, 3, 1), Conv(384, 384, 3, 1)])

    def forward(self, x):
        pooled = self.pooled(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False))
        parts = [layer(part) for part, pair in zip((self.fork(x), self.deep(x)), zip(self.wide, self.high)) for layer in pair]
        return torch.cat([self.one(x), *parts, pooled], 1)


class Mixed7(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Sequential(Conv(768, 192, 1, 1, side=17), Conv(192, 320, 3, 3, 2))
        self.right = nn.Sequential(
            Conv(768, 192, 1, 1, side=17), Conv(192, 192, 1, 7, side=17), Conv(192, 192, 7, 1, side=17), Conv(192, 192, 3, 3, 2)
        )
        self.blocks, self.head = nn.Sequential(Block(1280), Block(2048)), nn.Linear(2048, 5)

    def forward(self, x):
        x = torch.cat([self.left(x), self.right(x), functional.max_pool2d(x, 3, 2)], 1)
        return self.head(self.blocks(x).mean((2, 3)))


network = Mixed7()
for batch in (8, 16):
    x, labels = torch.rand(batch, 768, 17, 17), torch.zeros(batch, dtype=torch.long)
    seconds = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_SELF)
        functional.cross_entropy(network(x), labels, reduction="sum").backward()
        network.zero_grad()
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # The two lowest layers need no gradient of what they read.
    middle = statistics.median(seconds[1:])
    rate = batch * (3 * cost["all"] - cost["lowest"]) / middle / 1e9
    print(f"Mixed_7a to 7c, batch {batch}: {middle:.3f} s, {rate:.1f} GFLOP/s")
