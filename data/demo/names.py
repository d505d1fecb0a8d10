"""Made-up names in Chinese and English that sound like a city on a river plain. None is meant to be a real place."""

from __future__ import annotations

import numpy as np

from data.demo.noise import generator

DISTRICTS = (("云浦", "Yunpu"), ("临江", "Linjiang"), ("青岚", "Qinglan"), ("望湖", "Wanghu"), ("钟台", "Zhongtai"),
             ("锦川", "Jinchuan"), ("东陵", "Dongling"), ("西屏", "Xiping"), ("南渡", "Nandu"), ("北辰", "Beichen"),
             ("和洲", "Hezhou"))
CITY = ("枢城市（示范）", "Shucheng (synthetic)")
RIVER, CANAL, LAKE, ISLAND = ("澜江", "Lan River"), ("通枢运河", "Tongshu Canal"), ("镜月湖", "Jingyue Lake"), ("白鹭洲", "Bailu Island")
_HEAD = ("安 An,白 Bai,宝 Bao,碧 Bi,长 Chang,朝 Chao,春 Chun,翠 Cui,大 Da,丹 Dan,德 De,东 Dong,枫 Feng,凤 Feng,福 Fu,"
         "高 Gao,光 Guang,桂 Gui,海 Hai,和 He,红 Hong,虹 Hong,花 Hua,华 Hua,槐 Huai,金 Jin,锦 Jin,景 Jing,静 Jing,"
         "兰 Lan,莲 Lian,柳 Liu,龙 Long,梅 Mei,明 Ming,南 Nan,宁 Ning,平 Ping,青 Qing,清 Qing,庆 Qing,瑞 Rui,三 San,"
         "双 Shuang,松 Song,泰 Tai,桃 Tao,天 Tian,万 Wan,文 Wen,五 Wu,西 Xi,仙 Xian,新 Xin,秀 Xiu,银 Yin,永 Yong,"
         "玉 Yu,云 Yun,竹 Zhu")
_TAIL = ("安 'an,坝 ba,埠 bu,昌 chang,畅 chang,城 cheng,川 chuan,渡 du,阜 fu,岗 gang,港 gang,阁 ge,谷 gu,和 he,河 he,"
         "湖 hu,华 hua,汇 hui,江 jiang,井 jing,景 jing,康 kang,口 kou,澜 lan,林 lin,岭 ling,楼 lou,麓 lu,门 men,"
         "苗 miao,宁 ning,坪 ping,浦 pu,桥 qiao,泉 quan,山 shan,胜 sheng,石 shi,水 shui,台 tai,塘 tang,亭 ting,"
         "湾 wan,溪 xi,祥 xiang,兴 xing,秀 xiu,巷 xiang,崖 ya,阳 yang,苑 yuan,源 yuan,园 yuan,寨 zhai,洲 zhou,庄 zhuang")
HEAD = [tuple(p.split()) for p in _HEAD.split(",")]
TAIL = [tuple(p.split()) for p in _TAIL.split(",")]
_ESTATE = (("花园", "Garden"), ("小区", "Estate"), ("家园", "Homes"), ("公馆", "Residence"), ("新村", "New Village"),
           ("雅苑", "Court"), ("名邸", "Mansions"), ("里", "Lane"))
_TOWER = (("大厦", "Tower"), ("中心", "Center"), ("国际广场", "International Plaza"), ("金融中心", "Financial Center"),
          ("科技大厦", "Technology Tower"), ("世贸大厦", "Trade Tower"))


def stems(seed: int, purpose: str, count: int) -> list[tuple[str, str]]:
    """Two-character stems with their pinyin, all different while there are enough of them."""
    rng = generator(seed, "names", purpose)
    total = len(HEAD) * len(TAIL)
    order = np.concatenate([rng.permutation(total) for _ in range(count // total + 1)])[:count]
    out = []
    for turn, k in enumerate(order):
        (a, pa), (b, pb) = HEAD[k // len(TAIL)], TAIL[k % len(TAIL)]
        extra = ("", "") if turn < total else HEAD[(turn // total * 7) % len(HEAD)]
        out.append((extra[0] + a + b, (f"{extra[1]} " if extra[1] else "") + pa + pb))
    return out


def districts(count: int) -> tuple[list[str], list[str]]:
    """Chinese and English names of the districts."""
    pick = [DISTRICTS[i % len(DISTRICTS)] for i in range(count)]
    return [f"{zh}区" for zh, _ in pick], [f"{en} District" for _, en in pick]


def streets(seed: int, rural: np.ndarray) -> tuple[list[str], list[str]]:
    """Names of streets (town-level units): 街道 in town, 镇 in the country."""
    pairs = stems(seed, "street", len(rural))
    return ([zh + ("镇" if r else "街道") for (zh, _), r in zip(pairs, rural, strict=True)],
            [en + (" Town" if r else " Street") for (_, en), r in zip(pairs, rural, strict=True)])


def communities(seed: int, rural: np.ndarray) -> tuple[list[str], list[str]]:
    """Names of communities: 社区 in town, 村 in the country."""
    pairs = stems(seed, "community", len(rural))
    return ([zh + ("村" if r else "社区") for (zh, _), r in zip(pairs, rural, strict=True)],
            [en + (" Village" if r else " Community") for (_, en), r in zip(pairs, rural, strict=True)])


def roads(seed: int, count: int) -> tuple[list[str], list[str]]:
    """Stems of road names; the class adds 路, 街 or 大道."""
    pairs = stems(seed, "road", count)
    return [zh for zh, _ in pairs], [en for _, en in pairs]


def estates(seed: int, count: int) -> tuple[list[str], list[str]]:
    """Names of gated estates."""
    rng = generator(seed, "estate kind")
    kinds = rng.integers(0, len(_ESTATE), count)
    pairs = stems(seed, "estate", count)
    return ([zh + _ESTATE[k][0] for (zh, _), k in zip(pairs, kinds, strict=True)],
            [f"{en} {_ESTATE[k][1]}" for (_, en), k in zip(pairs, kinds, strict=True)])


def tower(stem: tuple[str, str], kind: int) -> tuple[str, str]:
    """Name of a tower."""
    zh, en = _TOWER[kind % len(_TOWER)]
    return stem[0] + zh, f"{stem[1]} {en}"
