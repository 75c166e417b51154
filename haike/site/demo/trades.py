"""What the sample companies do: words that stand in their names, by industry, and the characters of their brands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """One word of a company's name; `industry` is a code of the pick-list, `site` the kind of address."""

    word: str
    industry: str
    site: str


# Industry: weight, kind of address, words in the names of companies.
COMPANIES: dict[str, tuple[int, str, str]] = {
    "electronics": (90, "factory", "电子 电子科技 电子元件 光电科技 通信设备 通讯技术 半导体 微电子 电路板 连接器 "
        "显示技术 传感技术 智能终端 线缆"),
    "machinery": (60, "factory", "机械 机械设备 机电设备 精密机械 液压机械 泵业 阀门 轴承 压缩机 减速机 起重设备 "
        "通用设备 机床"),
    "special_machinery": (40, "factory", "自动化设备 智能装备 包装机械 食品机械 塑料机械 注塑设备 工业机器人 "
        "激光设备 焊接设备 数控设备 模具"),
    "metal_goods": (50, "factory", "五金制品 五金 金属制品 精密五金 不锈钢制品 紧固件 弹簧 冲压件 铝制品 工具 锁业"),
    "plastics": (40, "factory", "塑胶制品 塑料制品 橡塑制品 硅胶制品 塑业 工程塑料 橡胶 薄膜科技"),
    "electrical": (36, "factory", "电气 电气设备 电器设备 电线电缆 变压器 开关设备 电机 照明 照明科技 电源技术 "
        "成套设备"),
    "paper": (34, "factory", "包装材料 包装制品 纸业 印刷 彩印包装 纸品 标签材料 印务 纸箱"),
    "textile": (40, "factory", "服饰 服装 制衣 纺织 针织 鞋业 皮具 箱包 家纺 印染 无纺布 羽绒制品"),
    "food": (38, "factory", "食品 食品科技 饮料 酒业 茶业 粮油 调味品 乳业 烘焙食品 水产食品 肉类食品 生物科技食品"),
    "furniture": (24, "factory", "家具 家居 木业 办公家具 定制家居 橱柜 软体家具 门业"),
    "chemistry": (26, "factory", "化工 新材料 涂料 胶粘制品 精细化工 颜料 日用化学 油墨 化学科技"),
    "minerals": (22, "factory", "建材 陶瓷 玻璃 水泥制品 石材 新型建材 防水材料 保温材料 混凝土"),
    "metallurgy": (12, "factory", "钢铁 钢结构 铜业 铝业 有色金属 合金材料 铸造"),
    "vehicles": (24, "factory", "汽车配件 汽车零部件 汽车科技 汽车电子 车业 新能源汽车"),
    "transport_equipment": (4, "factory", "船舶设备 轨道交通设备 航空科技 无人机科技"),
    "home_appliances": (16, "factory", "电器 家用电器 小家电 制冷设备 厨卫电器 空调设备"),
    "instruments": (12, "factory", "仪器 仪表 检测仪器 测控技术 计量设备 光学仪器"),
    "medical_devices": (16, "office", "医疗器械 医疗科技 医疗设备 医疗用品 康复器械"),
    "medicine": (12, "factory", "医药 制药 药业 生物医药 中药饮片 生物制品"),
    "culture_goods": (14, "factory", "玩具 文具 体育用品 工艺品 礼品 乐器 婴童用品"),
    "new_energy": (16, "office", "新能源 新能源科技 光伏科技 储能科技 锂电池 充电设备"),
    "environment": (14, "office", "环保科技 环保设备 环境工程 水处理设备 净化设备 节能科技 再生资源"),
    "energy": (6, "office", "能源 燃气 电力工程 热力 水务"),
    "construction": (36, "office", "建筑工程 建设工程 市政工程 机电安装工程 消防工程 园林工程 钢结构工程 劳务 "
        "智能化工程 工程"),
    "decoration": (22, "office", "装饰 装饰工程 装饰设计工程 幕墙工程 家装 空间设计"),
    "wholesale": (70, "office", "贸易 商贸 实业 物资 供应链管理 工业品 劳保用品 办公设备 百货 农资 酒水贸易 五金机电 "
        "钢材贸易 食品贸易"),
    "foreign_trade": (34, "office", "进出口 国际贸易 进出口贸易 外贸 对外贸易"),
    "retail": (18, "shop", "商业 超市 连锁商业 百货商场 便利店管理 生鲜连锁"),
    "e_commerce": (32, "office", "电子商务 网络商务 跨境电商 电商 优选电子商务"),
    "logistics": (34, "factory", "物流 货运代理 供应链 国际货运代理 仓储 快递 运输 冷链物流 国际物流"),
    "hotels": (18, "shop", "酒店 酒店管理 餐饮管理 餐饮 餐饮连锁 饮食服务"),
    "software": (64, "office", "软件 科技 信息技术 网络科技 信息科技 智能科技 数据科技 软件技术 系统集成 云计算科技 "
        "物联网科技 数码科技"),
    "telecom": (10, "office", "通信 通信工程 互联网科技 网络通信 互动科技"),
    "finance": (8, "office", "投资 资产管理 保险代理 融资担保 商业保理 私募基金管理"),
    "property": (16, "office", "房地产开发 置业 物业管理 房地产经纪 产业园运营 物业服务"),
    "leasing": (8, "office", "设备租赁 汽车租赁 机械租赁 融资租赁"),
    "law_accounting": (18, "office", "财税咨询 企业管理咨询 知识产权代理 人力资源 管理咨询 商务咨询 企业服务"),
    "advertising": (22, "office", "广告 广告传媒 会展服务 品牌策划 文化传播 展览 标识工程"),
    "research": (12, "office", "检测技术 工程设计 技术服务 工业设计 测绘科技 建筑设计 认证服务"),
    "education": (12, "office", "教育科技 教育咨询 文化教育 教育发展 职业培训"),
    "health": (8, "office", "健康管理 医疗管理 健康科技 养老服务 大药房连锁"),
    "beauty": (8, "shop", "化妆品 美容美发 健身服务 生物美容"),
    "travel": (8, "office", "旅行社 国际旅行社 旅游开发 文旅"),
    "media": (10, "office", "文化传媒 影视文化 文化发展 演艺 动漫科技"),
    "household": (10, "shop", "家政服务 保洁服务 机电维修服务 保安服务 环境服务 洗涤服务"),
    "farming": (14, "factory", "农业 农业科技 农业发展 生态农业 养殖 种业 园艺 渔业"),
    "mining": (3, "factory", "矿业 矿山设备 砂石"),
}  # fmt: skip

# Shops and workshops of one owner: industry, what they are in the name.
SHOPS: dict[str, str] = {
    "wholesale": "五金店 五金机电经营部 劳保用品商行 建材经营部 电器商行 办公用品经营部 日用百货商行 酒水批发部 "
        "粮油经营部 包装材料经营部",
    "retail": "便利店 超市 文具店 服装店 母婴用品店 水果店 烟酒店 手机店 鞋店 家电店 药店 眼镜店 花店 宠物店",
    "hotels": "饭店 餐厅 火锅店 面馆 茶餐厅 小吃店 奶茶店 早餐店 烧烤店 酒楼 宾馆 民宿",
    "household": "汽车维修部 家电维修部 洗车店 干洗店 快印店 广告图文店 修理厂 搬家服务部",
    "beauty": "美容店 理发店 美甲店 健身馆 养生馆",
    "metal_goods": "五金加工店 模具加工厂 不锈钢加工部 门窗加工厂",
    "furniture": "家具店 木器加工厂 窗帘店 橱柜店",
    "logistics": "货运部 快递服务部 货运代理站",
    "e_commerce": "网店 电商经营部",
    "textile": "制衣厂 绣花加工厂 布行 箱包店",
}  # fmt: skip

# Institutions and firms: industry, registration, nature, weight, words that end the name.
INSTITUTIONS: tuple[tuple[str, str, str, int, str], ...] = (
    ("education", "institution", "institution", 12, "小学 实验小学 中学 外国语学校 实验学校 职业技术学校 第二小学 "
        "中心小学"),
    ("education", "private_institution", "organisation", 8, "幼儿园 培训学校 双语幼儿园 驾驶培训学校 职业培训学校 "
        "艺术培训中心"),
    ("health", "institution", "institution", 5, "人民医院 中医院 妇幼保健院 社区卫生服务中心"),
    ("health", "private_institution", "private", 9, "医院 口腔医院 骨科医院 眼科医院 妇产医院 门诊部 口腔门诊部 "
        "体检中心 康复医院 中医馆"),
    ("law_accounting", "law_firm", "partnership", 8, "律师事务所"),
    ("law_accounting", "company", "partnership", 6, "会计师事务所（普通合伙） 税务师事务所（普通合伙） "
        "专利代理事务所（普通合伙） 工程造价咨询事务所"),
    ("research", "institution", "institution", 3, "农业科学研究所 检验检测中心 工业技术研究院 设计研究院"),
    ("farming", "cooperative", "cooperative", 8, "蔬菜专业合作社 水果种植专业合作社 养殖专业合作社 茶叶专业合作社 "
        "农机专业合作社 水产养殖专业合作社"),
    ("associations", "association", "organisation", 3, "商会 行业协会 慈善会 义工联合会"),
)  # fmt: skip

# Characters of brands, first and second; all pairs read like names of companies.
BRAND_FIRST = (
    "恒瑞华盛鑫隆宏达兴旺永泰嘉诚和信德安天海东方金银宝龙凤腾飞祥富康健美佳优卓越锐智慧创新科通联合众同广博大成万利顺丰裕源"
    "汇聚中正宇航星辰光明亮晶晨阳春茂林森松柏青云鹏程志远景弘鸿振强伟业立基固坚精工巧匠奥凯威普迪瑞朗澳欧亚尚雅逸悦朴善"
    "仁义礼君贤良德贝思睿哲文艺拓展启航领先锋前沿卡诺伊莱斯特福禄乐喜吉庆长久恩泽润沃绿蓝白紫玉珠珍"
)
BRAND_SECOND = (
    "达瑞盛隆兴泰诚信安天海方宝龙腾飞祥富康健美佳优卓越锐智慧创新通联合众博成利顺丰源汇正宇航星辰光明亮晨阳春茂林森松云鹏程"
    "志远景弘鸿振强伟业立基固坚精工匠奥凯威普迪朗亚尚雅逸悦善仁义君贤良贝思睿哲文拓展启领先锋诺伊莱斯特福乐喜吉庆恩泽润沃绿"
    "玉珠和德荣昌辉进鼎峰川江河湖洋帆舟翔力捷迅速克尔曼蒂森纳美图维视讯博雷霆"
)
BRAND_THIRD = "达特斯尔克诺雅美康源鑫丰宝龙通捷讯泰兴盛利和德威迪普莱顺安邦联华信"
