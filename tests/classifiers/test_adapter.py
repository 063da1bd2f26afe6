"""The low-rank updates on the encoder's weights, and the file that holds them."""

from pathlib import Path

import pytest
import torch

from classifiers.adapter import SCALE, adapt, adapted_fingerprint, save_adapter
from classifiers.verdict import ModelFault

WEIGHTS = {"layer.weight": torch.eye(4), "other.weight": torch.ones(2, 2)}


def parts(*, fill: float = 1.0, inputs: int = 4) -> dict[str, torch.Tensor]:
    return {"layer.weight.a": torch.full((2, inputs), fill), "layer.weight.b": torch.ones(4, 2)}


def test_the_named_weight_is_moved_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "adapter.safetensors"
    save_adapter(file, parts())

    tuned = adapt(WEIGHTS, file)

    assert torch.equal(tuned["layer.weight"], torch.eye(4) + SCALE * 2)
    assert torch.equal(tuned["other.weight"], WEIGHTS["other.weight"])


def test_without_an_adapter_nothing_is_moved() -> None:
    assert adapt(WEIGHTS, None) == WEIGHTS
    assert adapted_fingerprint("abc", None) == "abc"


def test_the_fingerprint_names_both_encoder_and_adapter(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    save_adapter(one, parts())
    save_adapter(other, parts(fill=2))

    found = {adapted_fingerprint(encoder, file) for encoder in ("abc", "abd") for file in (one, other)}

    assert len(found) == 4


def test_an_adapter_for_another_encoder_is_refused_by_name(tmp_path: Path) -> None:
    save_adapter(tmp_path / "wide", parts(inputs=6))
    save_adapter(tmp_path / "strange", {"absent.weight.a": torch.ones(2, 4), "absent.weight.b": torch.ones(4, 2)})

    with pytest.raises(ModelFault, match=r"wide.*layer\.weight"):
        adapt(WEIGHTS, tmp_path / "wide")
    with pytest.raises(ModelFault, match=r"strange.*absent\.weight"):
        adapt(WEIGHTS, tmp_path / "strange")


def test_half_of_an_update_and_values_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    save_adapter(tmp_path / "half", {"layer.weight.a": torch.ones(2, 4)})
    save_adapter(tmp_path / "broken", parts(fill=float("nan")))

    with pytest.raises(ModelFault, match="half"):
        adapt(WEIGHTS, tmp_path / "half")
    with pytest.raises(ModelFault, match=r"broken.*not finite"):
        adapt(WEIGHTS, tmp_path / "broken")


def test_a_damaged_or_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"no tensors")

    with pytest.raises(ModelFault, match="damaged"):
        adapt(WEIGHTS, tmp_path / "damaged")
    with pytest.raises(ModelFault, match="missing"):
        adapted_fingerprint("abc", tmp_path / "missing")
