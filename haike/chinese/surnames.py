"""Chinese surnames: the Hundred Surnames in their order, and others that are common today."""

from haike.chinese import readings

_HUNDRED = """
赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐
费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁
杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚
程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙
叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农
温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空
曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公仉督岳帅缑亢况郈有琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏墨哈谯笪年爱阳佟言福
""".replace("\n", "")

_FURTHER = """
肖付覃冼代兰仝邸苟辜揭官邝占翦冮郄练雒贠员折禤缐矫隋税亓尉么撒由尧谌庹楼粟芦原战巨门青仓区呼呙回塔奉宛宾展嵩布帖户才拜敬朴来栗植檀沐洛浩渠
漆玉生皇祭种笮维臧英要角豆赫赛辉逯郇郐鄞钞银锁镇长闪隽雪骞鲜鹿麦麴恽晟朗木术杞校洗渊炅畅眭禾竹粘罕聪能芷苑茆荷虢衷路迟逢遇里铁锺陀
飞靖颉黑繁句秘见庞邬昃闾郗崖敏旷松楠禚綦续舍行谏起过郏适钊降雁霁香张劉張楊趙吳孫馬鄭謝許韓馮鄧蕭葉潘蘇盧蔣賈閻陸龍陳黃龔顧鍾鄒羅齊歐
""".replace("\n", "")

COMPOUND: tuple[str, ...] = tuple(readings.COMPOUND_SURNAMES)
SINGLE: frozenset[str] = frozenset(_HUNDRED + _FURTHER)

HUNDRED: tuple[str, ...] = tuple(dict.fromkeys(_HUNDRED))
"""The Hundred Surnames in the order in which every Chinese knows them, 赵钱孙李 first; for lists by surname."""
