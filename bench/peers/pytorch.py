"""PyTorch as a peer: MODE FIXTURE WEIGHTS, where MODE is cpu, cuda, cuda-compile or cuda-graph. Speaks the protocol of protocol.ts."""

import json
import os
import struct
import sys
import time

MARK = "@peer "
DISCOUNT, LEARNING_RATE, DECAY, EPSILON = 0.99, 2.5e-4, 0.95, 0.01  # work.ts, settings
LAYERS = ["conv1", "conv2", "conv3", "fc1", "out"]
WARM_UPS, FEWEST_SAMPLES = 2, 3  # protocol.ts


def send(message):
    sys.stdout.write(MARK + json.dumps(message) + "\n")
    sys.stdout.flush()


def fail(reason):
    send({"failed": reason.split("\n")[0]})
    sys.exit(1)


try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    fail(f"{os.path.basename(sys.executable)} has no torch")


def read_safetensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"F32": torch.float32, "U8": torch.uint8}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(data[begin:end], dtype=types[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


class Nature(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(4, 32, 8, 4), nn.Conv2d(32, 64, 4, 2), nn.Conv2d(64, 64, 3, 1)
        self.fc1, self.out = nn.Linear(3136, 512), nn.Linear(512, 6)

    def forward(self, states):
        x = states.float() / 255
        for layer in (self.conv1, self.conv2, self.conv3):
            x = functional.relu(layer(x))
        return self.out(functional.relu(self.fc1(x.flatten(1))))


class Learner:
    """The update and both forwards; a batch goes from the host to the device in each."""

    def __init__(self, mode, fixture):
        self.mode = mode
        self.device = torch.device("cpu" if mode == "cpu" else "cuda")
        cuda = self.device.type == "cuda"
        self.online, self.target = (self.network(fixture, name) for name in ("online", "target"))
        optimiser = {"lr": LEARNING_RATE, "alpha": DECAY, "eps": EPSILON, "foreach": True}
        if cuda:
            optimiser["capturable"] = True
        self.optimiser = torch.optim.RMSprop(self.online.parameters(), **optimiser)
        batch = {name: fixture[name] for name in ("state", "nextState", "actions", "rewards", "terminals")}
        batch["actions"] = batch["actions"].long()
        self.host = {name: tensor.pin_memory() if cuda else tensor for name, tensor in batch.items()}
        # Fixed places on the device: what a graph reads, and no allocation in each call.
        self.batch = {name: tensor.to(self.device).clone() if cuda else tensor for name, tensor in self.host.items()}
        self.first = self.batch["state"][:1]
        self.step, self.act32, self.act1 = self.eager_step, self.eager_act32, self.eager_act1

    def network(self, fixture, name):
        network = Nature()
        network.load_state_dict({f"{l}.{p}": fixture[f"{name}.{l}.{p}"].clone() for l in LAYERS for p in ("weight", "bias")})
        return network.to(self.device)

    def loss(self):
        batch = self.batch
        with torch.no_grad():
            following = self.target(batch["nextState"]).max(1).values
            wanted = batch["rewards"] + (1 - batch["terminals"]) * DISCOUNT * following
        taken = self.online(batch["state"]).gather(1, batch["actions"][:, None])[:, 0]
        return functional.huber_loss(taken, wanted)

    def eager_step(self):
        self.optimiser.zero_grad(set_to_none=self.mode != "cuda-graph")
        loss = self.loss()
        loss.backward()
        self.optimiser.step()
        return loss.detach()

    @torch.no_grad()
    def eager_act32(self):
        return self.online(self.batch["state"]).argmax(1)

    @torch.no_grad()
    def eager_act1(self):
        return self.online(self.first).argmax(1)

    def prepare(self):
        """Compiles or captures; leaves weights and optimiser as they were."""
        if self.mode == "cuda-compile":
            self.step = torch.compile(self.eager_step)
            self.act32, self.act1 = (torch.compile(act, dynamic=False) for act in (self.eager_act32, self.eager_act1))
        if self.mode == "cuda-graph":
            self.act32, self.act1 = self.captured(self.eager_act32), self.captured(self.eager_act1)
            before = {name: tensor.clone() for name, tensor in self.online.state_dict().items()}
            self.step = self.captured(self.eager_step)
            # In place: the graph holds the addresses.
            self.online.load_state_dict(before)
            for state in self.optimiser.state.values():
                for value in state.values():
                    value.zero_()

    def captured(self, work):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                work()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = work()

        def replay():
            graph.replay()
            return result

        return replay

    def upload(self, *names):
        if self.device.type == "cuda":
            for name in names:
                self.batch[name].copy_(self.host[name], non_blocking=True)

    def update(self):
        self.upload(*self.batch)
        return self.step().item()

    def forward32(self):
        self.upload("state")
        return self.act32().tolist()

    def forward1(self):
        if self.device.type == "cuda":
            self.first.copy_(self.host["state"][:1], non_blocking=True)
        return self.act1().item()

    def weights(self):
        parameters = dict(self.online.named_parameters())
        flat = [parameters[f"{l}.{p}"].detach().cpu().reshape(-1) for l in LAYERS for p in ("weight", "bias")]
        return torch.cat(flat).contiguous()


def measure(work, ms):
    for _ in range(WARM_UPS):
        work()
    samples = []
    end = time.perf_counter() + ms / 1000
    while len(samples) < FEWEST_SAMPLES or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        samples.append(1000 * (time.perf_counter() - start))
    return samples


def main():
    mode, fixture_path, weights_path = sys.argv[1:]
    if mode == "cpu":
        torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
        adapter = f"CPU, {torch.get_num_threads()} thread(s)"
    else:
        if not torch.cuda.is_available():
            fail("torch finds no CUDA")
        # Full f32, as everybody else computes.
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
        adapter = torch.cuda.get_device_name()
    learner = Learner(mode, read_safetensors(fixture_path))
    learner.prepare()
    about = {"version": torch.__version__, "adapter": adapter, "poll": "none"}
    answers = {"actions": learner.forward32(), "action": learner.forward1(), "loss": learner.update()}
    with open(weights_path, "wb") as file:
        values = learner.weights()
        file.write(struct.pack(f"<{len(values)}f", *values.tolist()))
    send({"ready": {**about, **answers}})
    works = {"update": learner.update, "forward32": learner.forward32, "forward1": learner.forward1}
    for line in sys.stdin:
        asked = json.loads(line)
        send({"samples": measure(works[asked["measure"]], asked["ms"])})


try:
    main()
except Exception as error:
    fail(f"{type(error).__name__}: {error}")
