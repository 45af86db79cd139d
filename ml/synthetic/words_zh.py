"""Which words make up Chinese names, streets, companies and jobs? Common characters, put together by chance."""

from ml.synthetic.words import Words

SURNAMES = list(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND_SURNAMES = ["欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "尉迟", "皇甫", "慕容", "令狐", "宇文", "端木"]
GIVEN_MALE = list("伟强军勇杰涛明超刚平辉健俊帆凯斌鹏宇浩轩然博文志建国华东海峰林洋磊旭晨毅恒瑞泽嘉一子天成安达")
GIVEN_FEMALE = list("芳娜敏静丽艳娟霞玲燕红梅婷雪莉慧颖倩琳佳怡欣悦雅萍蓉兰月秀英淑珍晓雨梦思语诗涵彤妍宁")
RARE_GIVEN = ["㛃", "䶮", "堃", "喆", "祎", "彧", "翀", "昶", "赟", "頔"]
LONG_FIRST = [
    "阿卜杜拉",
    "买买提",
    "艾尔肯",
    "古丽娜尔",
    "热合曼江",
    "阿依古丽",
    "吐尔逊",
    "努尔麦麦提",
    "帕提古丽",
    "库尔班",
]
LONG_LAST = [
    "阿卜杜热合曼",
    "买买提明",
    "艾合麦提",
    "托合提",
    "斯迪克",
    "吾布力喀斯木",
    "玉素甫",
    "依明尼亚孜",
    "艾则孜",
    "肉孜",
]

STREET_FIRST = list("枫禾澜溪云岚松柏梧桐秋春朝晴望远安宁和平清静康乐福瑞长新明德文华丰庆")
STREET_SECOND = list("江湖山林园桥渡塘泉岭庭阳月星河谷坊亭舟荷")
STREET_KINDS = {"primary": "大道", "secondary": "路", "tertiary": "街", "residential": "巷"}
DISTRICTS = [
    "江北", "江南", "枫桥", "禾塘", "望山", "临溪", "新港", "老城", "柳林", "东渡",
    "西坪", "云岭", "荷湾", "松泉", "朝阳桥", "石埠", "白沙洲", "长亭", "南浦", "北固",
]  # fmt: skip
PARKS = ["枫林公园", "禾湖公园", "望江公园", "松岭公园", "荷塘公园", "文庙公园"]
RIVER = "禾江"
LAKE = "澜湖"
TOWN = "枫禾市"

BRAND_FIRST = list("恒盛鼎宏瑞嘉泰金鑫德诚信汇通博远卓禾澜枫")
BRAND_SECOND = list("达丰源华茂隆兴业创联润泽凯翔昌荣")
TRADES = [
    "贸易",
    "科技",
    "机械制造",
    "物流",
    "建材",
    "餐饮管理",
    "农业发展",
    "服饰",
    "装饰工程",
    "食品",
    "电子",
    "汽车服务",
]
COMPANY_ENDS = ["有限公司", "有限责任公司", "股份有限公司", "商行(个体工商户)"]

WORDS = Words(
    surnames=SURNAMES,
    compound_surnames=COMPOUND_SURNAMES,
    given_male=GIVEN_MALE,
    given_female=GIVEN_FEMALE,
    rare_given=RARE_GIVEN,
    long_first=LONG_FIRST,
    long_last=LONG_LAST,
    street_first=STREET_FIRST,
    street_second=STREET_SECOND,
    street_kinds=STREET_KINDS,
    districts=DISTRICTS,
    parks=PARKS,
    river=RIVER,
    lake=LAKE,
    town=TOWN,
    brand_first=BRAND_FIRST,
    brand_second=BRAND_SECOND,
    trades=TRADES,
    company_ends=COMPANY_ENDS,
)
