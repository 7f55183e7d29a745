"""The name of a bureau file is read from the right, and the file's rows must agree with it."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bureau_uploads import FULL, SAMPLES, ReadFile, sample_of, upload, zipped
from fapiao.bureau_files.agreement import agree
from fapiao.bureau_files.file_names import NameClaim, parse_name
from fapiao.bureau_files.layouts import file_rules
from fapiao.bureau_files.opening import join_parts
from fapiao.bureau_files.records import FileRefusal

GOLDEN = "1111111111111M-20210126210675991-202009-销项票-增值税专用发票-1.XLS"
RULES = file_rules()


@dataclass
class Named:
    """A file of which only the name counts."""

    name: str

    @property
    def claim(self) -> NameClaim | None:
        """What the name says."""
        return parse_name(self.name, RULES)


@pytest.mark.req("R142", "R143", "R144", "R145", "A-32", "G10")
def test_the_manuals_example_is_read_in_all_its_parts() -> None:
    assert parse_name(GOLDEN, RULES) == NameClaim(
        "1111111111111M", "20210126210675991", "202009", "output", "增值税专用发票", ("01", "85"), 1
    )


@pytest.mark.req("R142", "A-32")
@pytest.mark.parametrize(
    ("name", "taxpayer_no", "stamp", "month", "direction", "types", "part"),
    [
        ("91350203079382792K-20210527181665800-201610-进项票-增值税普通发票-1.xls",
         "91350203079382792K", "20210527181665800", "201610", "input", ("04", "86"), 1),
        ("91360125MA38575J3Q-20200608162459099-202005-进项票-增值税普通发票 (1).zip",
         "91360125MA38575J3Q", "20200608162459099", "202005", "input", ("04", "86"), None),
        ("913710025533932971-20191122-201910-进项-海关缴款书",
         "913710025533932971", "20191122", "201910", "input", ("customs",), None),
        ("31011519800101001X01-20191122-201910-销项-增值税普通发票(电子)-12.XlsX",
         "31011519800101001X01", "20191122", "201910", "output", ("10",), 12),
    ],
)  # fmt: skip
def test_other_names_that_were_seen(
    name: str, taxpayer_no: str, stamp: str, month: str, direction: str, types: tuple[str, ...], part: int | None
) -> None:
    claim = parse_name(name, RULES)
    assert claim is not None
    found = (claim.taxpayer_no, claim.stamp, claim.month, claim.direction, claim.invoice_types, claim.part)
    assert found == (taxpayer_no, stamp, month, direction, types, part)


@pytest.mark.parametrize("name", ["全量发票查询导出结果-2026年1月.xlsx", "a.xls", "0728全量发票查询导出结果 (1).xlsx"])
def test_a_name_of_another_form_claims_nothing(name: str) -> None:
    assert parse_name(name, RULES) is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("1111111111111M", "123", "文件名中的税号“123”应为 14 至 20 位"),
        ("202009", "202013", "文件名中的月份“202013”应为 YYYYMM"),
        ("20210126210675991", "昨天", "文件名中的日期“昨天”应为数字"),
        ("增值税专用发票", "火星发票", "无法识别文件名中的发票类型“火星发票”"),
    ],
)
def test_a_name_of_this_form_with_a_wrong_part_is_refused(old: str, new: str, sentence: str) -> None:
    with pytest.raises(FileRefusal, match=sentence):
        parse_name(GOLDEN.replace(old, new), RULES)


@pytest.mark.req("R145")
def test_parts_of_one_name_are_joined_in_their_order() -> None:
    two, one, other = Named(GOLDEN.replace("-1.", "-2.")), Named(GOLDEN), Named("全量.xlsx")
    assert join_parts([two, other, one]) == [[one, two], [other]]


@pytest.mark.req("R145")
@pytest.mark.parametrize(
    ("parts", "sentence"), [((1, 3), "缺少分卷 2"), ((2,), "缺少分卷 1"), ((1, 1), "同一分卷出现两次")]
)
def test_a_gap_or_a_repeated_part_is_refused(parts: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(FileRefusal, match=sentence):
        join_parts([Named(GOLDEN.replace("-1.", f"-{part}.")) for part in parts])


def read(tmp_path: Path, kind: str = "01") -> ReadFile:
    """The old platform's sample of a type, which agrees with its name."""
    sample = sample_of(kind)
    return upload(tmp_path, sample.content(sample.suffix), sample.stem + sample.suffix)[0]


@pytest.mark.req("A-32", "R142")
@pytest.mark.parametrize(
    ("claimed", "shown", "found"),
    [
        ({"taxpayer_no": "91440300MA20000024"}, "税号 91440300MA20000024", "内容的销方税号是 91310000MA2000001E"),
        ({"month": "202008"}, "月份 202008", "内容的月份是 202009"),
        ({"direction": "input"}, "进项、", "内容的购方税号（看起来是销项）是 91"),
        ({"type_word": "海关缴款书", "invoice_types": ("customs",)}, "海关缴款书", "内容的票种是 纸质专用发票"),
    ],
)
def test_a_disagreement_is_refused_with_both_shown(
    tmp_path: Path, claimed: dict[str, str], shown: str, found: str
) -> None:
    one = read(tmp_path)
    assert one.file.claim is not None
    agree(one.file.claim, one.content, one.file.where)
    with pytest.raises(FileRefusal) as refused:
        agree(replace(one.file.claim, **claimed), one.content, one.file.where)
    assert str(refused.value).startswith(f"{one.file.name}：文件名与内容不一致：文件名为")
    assert shown in refused.value.sentence
    assert found in refused.value.sentence
    assert "（工作表“发票信息”，第 3 行）" in refused.value.sentence


@pytest.mark.req("A-32")
def test_a_zips_name_speaks_for_a_file_whose_own_name_says_nothing(tmp_path: Path) -> None:
    sample = sample_of("04")
    (found,) = upload(tmp_path, zipped({"发票.xls": sample.content(".xls")}), f"{sample.stem} (1).zip")
    assert found.file.claim is not None
    agree(found.file.claim, found.content, found.file.where)


def test_the_rows_tell_whose_file_it_is(tmp_path: Path) -> None:
    owner = SAMPLES[FULL].documents[0].buyer.number
    bought, sold = upload(tmp_path, SAMPLES[FULL].content(".xlsx"))[0].content, read(tmp_path).content
    assert bought.stranger("input", owner) is None and bought.stranger("output", owner)
    assert sold.stranger("output", owner) is None and sold.stranger("input", owner)


def test_the_second_payer_of_a_customs_document_may_be_the_taxpayer(tmp_path: Path) -> None:
    one = read(tmp_path, "customs")
    assert one.file.claim is not None
    (buyers, seller), where = next(iter(one.content.pairs.items()))
    one.content.pairs = {(buyers | {"91440300MA20000024"}, seller): where}
    agree(replace(one.file.claim, taxpayer_no="91440300MA20000024"), one.content, one.file.where)
