"""How characters with several readings are read in names; toneless, ü written v.

A character not listed here has the first reading of pypinyin's table.
"""

# Where the first reading of the table is not the one that names of people, companies and places use.
CHARACTERS: dict[str, str] = {
    "长": "chang", "都": "du", "勒": "le", "什": "shi", "佛": "fo", "泊": "bo", "曾": "zeng", "仇": "qiu",
    "晟": "sheng", "莞": "guan", "隽": "jun", "涡": "wo", "珲": "hun", "蚌": "bang", "坻": "di", "峙": "zhi",
    "茄": "qie", "圳": "zhen", "堃": "kun", "垚": "yao", "燚": "yi", "甯": "ning", "昇": "sheng", "沣": "feng",
    "瀞": "jing", "玥": "yue", "洺": "ming", "翟": "zhai", "阚": "kan", "佘": "she", "覃": "qin", "呙": "guo",
    "贠": "yun", "逄": "pang", "郗": "xi", "謇": "jian", "褚": "chu", "戛": "jia", "蕃": "fan", "虹": "hong",
    "呗": "bei", "嗒": "da", "咖": "ka", "粘": "zhan", "尉": "wei", "蔚": "wei", "牟": "mou", "鲜": "xian",
    "参": "can", "囍": "xi", "犇": "ben", "骉": "biao", "淼": "miao", "喆": "zhe", "槿": "jin", "钰": "yu",
    "珩": "heng", "翀": "chong", "珺": "jun", "熠": "yi", "嫒": "ai", "偲": "si", "祎": "yi", "茜": "qian",
    "朴": "pu", "噶": "ga", "埗": "bu", "氹": "dang", "凼": "dang",
}  # fmt: skip

# Words in which a character is read otherwise; places first, then the words of company names.
_WORDS = """
重庆 chong qing|厦门 xia men|厦大 xia da|厦航 xia hang|厦工 xia gong|厦华 xia hua|西藏 xi zang|藏族 zang zu
藏药 zang yao|藏医 zang yi|藏文 zang wen|藏香 zang xiang|藏红花 zang hong hua|藏羚 zang ling|青藏 qing zang
川藏 chuan zang|藏獒 zang ao|藏地 zang di|蚌埠 beng bu|六安 lu an|六合区 lu he qu|枞阳 zong yang|涡阳 guo yang
乐清 yue qing|乐亭 lao ting|乐陵 lao ling|蔚县 yu xian|单县 shan xian|浚县 xun xian|铅山 yan shan|泌阳 bi yang
尉犁 yu li|大城县 dai cheng xian|洪洞 hong tong|繁峙 fan shi|召陵 shao ling|番禺 pan yu|东阿 dong e|阿胶 e jiao
长子县 zhang zi xian|筠连 jun lian|犍为 qian wei|荥经 ying jing|黄陂 huang pi|中牟 zhong mu|牟平 mu ping|穆棱 mu ling
称多 chen duo|伽师 jia shi|吴堡 wu bu|大埔 da bu|万柏林 wan bai lin|龙圩 long xu|红寺堡 hong si pu|十里堡 shi li pu
马家堡 ma jia pu|崆峒 kong tong|莘庄 xin zhuang|宕昌 tan chang|闵行 min hang|解州 xie zhou|柏林 bo lin|银行 yin hang
商行 shang hang|车行 che hang|分行 fen hang|支行 zhi hang|总行 zong hang|央行 yang hang|投行 tou hang|农行 nong hang
工行 gong hang|建行 jian hang|中行 zhong hang|招行 zhao hang|交行 jiao hang|洋行 yang hang|行业 hang ye|行情 hang qing
行家 hang jia|行号 hang hao|同行 tong hang|五金行 wu jin hang|药行 yao hang|典当行 dian dang hang|拍卖行 pai mai hang
电器行 dian qi hang|机电行 ji dian hang|茶行 cha hang|米行 mi hang|布行 bu hang|鱼行 yu hang|花行 hua hang
粮行 liang hang|木材行 mu cai hang|建材行 jian cai hang|轮胎行 lun tai hang|珠宝行 zhu bao hang|金行 jin hang
表行 biao hang|琴行 qin hang|行长 hang zhang|会长 hui zhang|院长 yuan zhang|校长 xiao zhang|厂长 chang zhang
店长 dian zhang|部长 bu zhang|董事长 dong shi zhang|家长 jia zhang|成长 cheng zhang|生长 sheng zhang|增长 zeng zhang
助长 zhu zhang|所长 suo zhang|局长 ju zhang|处长 chu zhang|科长 ke zhang|站长 zhan zhang|市长 shi zhang
县长 xian zhang|组长 zu zhang|队长 dui zhang|会计 kuai ji|财会 cai kuai|音乐 yin yue|乐器 yue qi|乐团 yue tuan
乐队 yue dui|声乐 sheng yue|器乐 qi yue|民乐 min yue|乐谱 yue pu|交响乐 jiao xiang yue|爱乐 ai yue|国乐 guo yue
乐坊 yue fang|模具 mu ju|模板 mu ban|模样 mu yang|压铸模 ya zhu mu|注塑模 zhu su mu|铸模 zhu mu|冲模 chong mu
空调 kong tiao|调味 tiao wei|调料 tiao liao|调节 tiao jie|调理 tiao li|调色 tiao se|调试 tiao shi|调音 tiao yin
调光 tiao guang|调酒 tiao jiu|调压 tiao ya|协调 xie tiao|烹调 peng tiao|调解 tiao jie|重逢 chong feng|重生 chong sheng
重组 chong zu|重建 chong jian|重阳 chong yang|双重 shuang chong|九重 jiu chong|重光 chong guang|给水 ji shui
供给 gong ji|补给 bu ji|配给 pei ji|自给 zi ji|便宜 pian yi|人参 ren shen|海参 hai shen|参茸 shen rong
西洋参 xi yang shen|党参 dang shen|参业 shen ye|红参 hong shen|参鲍 shen bao|传记 zhuan ji|咖喱 ga li|畜牧 xu mu
畜产 xu chan|牧畜 mu xu|曝光 bao guang|的士 di shi|水泊 shui po|湖泊 hu po|梁山泊 liang shan po|吐蕃 tu bo|大夫 dai fu
率先 shuai xian|统率 tong shuai|茄克 jia ke|雪茄 xue jia|仿佛 fang fu|曾经 ceng jing|复仇 fu chou|卡口 qia kou
关卡 guan qia|长官 zhang guan|包扎 bao za|扎染 za ran|阿弥 e mi|阿房 e pang|粘胶 nian jiao|粘土 nian tu|目的 mu di
的确 di que|什么 shen me|还原 huan yuan|还款 huan kuan|单于 chan yu|女红 nv gong|校准 jiao zhun|校对 jiao dui
校验 jiao yan|校正 jiao zheng|伽利略 jia li lve|瑜伽 yu jia|伽蓝 qie lan|般若 bo re|南无 na mo
""".split("\n")

WORDS: dict[str, str] = {
    word: reading
    for line in _WORDS
    for entry in line.split("|")
    if entry
    for word, _, reading in [entry.partition(" ")]
}

# Surnames that are read otherwise than the same character elsewhere.
SURNAMES: dict[str, str] = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge",
    "任": "ren", "尉": "wei", "缪": "miao", "翟": "zhai", "员": "yun", "贠": "yun", "乐": "yue", "冼": "xian",
    "洗": "xian", "逄": "pang", "牟": "mou", "折": "she", "黑": "he", "秘": "bi", "种": "chong", "繁": "po",
    "句": "gou", "覃": "qin", "召": "shao", "祭": "zhai", "车": "che", "应": "ying", "宁": "ning", "葛": "ge",
    "柏": "bai", "薄": "bo", "卜": "bu", "谌": "chen", "郗": "xi", "纪": "ji", "隽": "juan", "阚": "kan", "郇": "xun",
    "那": "na", "能": "nai", "粘": "nian", "宓": "mi", "亓": "qi", "阮": "ruan", "佘": "she", "石": "shi",
    "眭": "sui", "邰": "tai", "鲜": "xian", "相": "xiang", "校": "jiao", "宿": "su", "於": "yu", "恽": "yun",
    "笮": "ze", "訾": "zi", "臧": "zang", "都": "du", "佴": "nai", "曲": "qu", "长": "chang", "盛": "sheng",
    "沈": "shen", "万": "wan", "叶": "ye", "重": "chong", "干": "gan", "过": "guo", "哈": "ha", "强": "qiang",
    "瞿": "qu", "俞": "yu", "贾": "jia", "隗": "wei", "呙": "guo", "郄": "qie", "逯": "lu", "撒": "sa", "仝": "tong",
    "阙": "que", "暴": "bao", "令": "ling", "褚": "chu", "晁": "chao", "占": "zhan", "庹": "tuo", "晟": "cheng",
    "祝": "zhu", "殷": "yin", "燕": "yan", "降": "jiang", "弹": "tan", "适": "kuo", "行": "xing", "谷": "gu",
    "盍": "he", "钭": "tou", "厍": "she", "乜": "nie", "蕃": "pi", "番": "pan", "尧": "yao", "侯": "hou", "桧": "gui",
    "妫": "gui", "见": "jian", "库": "she", "角": "jue", "炅": "gui", "幺": "yao", "么": "yao", "大": "da",
    "便": "pian", "载": "zai",
}  # fmt: skip

COMPOUND_SURNAMES: dict[str, str] = {
    "欧阳": "ou yang", "上官": "shang guan", "司马": "si ma", "司徒": "si tu", "司空": "si kong", "诸葛": "zhu ge",
    "夏侯": "xia hou", "皇甫": "huang fu", "东方": "dong fang", "慕容": "mu rong", "令狐": "ling hu",
    "尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "长孙": "zhang sun", "宇文": "yu wen", "公孙": "gong sun",
    "轩辕": "xuan yuan", "单于": "chan yu", "申屠": "shen tu", "赫连": "he lian", "钟离": "zhong li",
    "鲜于": "xian yu", "闻人": "wen ren", "濮阳": "pu yang", "淳于": "chun yu", "太叔": "tai shu",
    "仲孙": "zhong sun", "公冶": "gong ye", "宗政": "zong zheng", "呼延": "hu yan", "闾丘": "lv qiu",
    "亓官": "qi guan", "司寇": "si kou", "子车": "zi ju", "颛孙": "zhuan sun", "端木": "duan mu", "巫马": "wu ma",
    "公西": "gong xi", "漆雕": "qi diao", "乐正": "yue zheng", "壤驷": "rang si", "公良": "gong liang",
    "拓跋": "tuo ba", "夹谷": "jia gu", "宰父": "zai fu", "谷梁": "gu liang", "段干": "duan gan", "百里": "bai li",
    "东郭": "dong guo", "南门": "nan men", "羊舌": "yang she", "微生": "wei sheng", "梁丘": "liang qiu",
    "左丘": "zuo qiu", "东门": "dong men", "西门": "xi men", "南宫": "nan gong", "第五": "di wu", "独孤": "du gu",
    "纳兰": "na lan", "完颜": "wan yan", "耶律": "ye lv", "叶赫": "ye he", "那拉": "na la",
    "爱新觉罗": "ai xin jue luo", "欧侯": "ou hou", "哥舒": "ge shu", "贺兰": "he lan", "贺若": "he ruo",
    "宿勤": "su qin", "秃发": "tu fa", "达奚": "da xi", "钳耳": "qian er", "脱脱": "tuo tuo", "呼韩": "hu han",
    "即墨": "ji mo", "子书": "zi shu",
}  # fmt: skip
