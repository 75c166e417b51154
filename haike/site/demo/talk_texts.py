"""What sellers write down after a talk, by stage of the relation.

A line is: manners | subject | result | attitude | what was said | what comes next | in how many days. Manners: c call,
v visit, w WeChat, e e-mail, s text message, m meeting, o online meeting, r the customer came to us, x fair, d dinner,
h web chat. Subject, result and attitude are codes of the pick-lists. In braces: {who} the person, {product} and
{other} what we sell, {many} a number with its unit, {price} of one, {sum} of all, {rival} a competitor, {day} a day of
next week, {month} a month to come, {off} a discount, {city} where the customer is, {trade} what it does.
"""

TEXTS: dict[str, str] = {
    "prospect": """
c|first_contact|call_again|neutral|第一次打给{who}，介绍了我们做{product}，对方在忙，说可以加微信发资料看看。|加微信发{product}资料|2
c|first_contact|no_answer|neutral|打了两次都没人接，可能在开会，先发了条短信介绍公司。|换个时间再打给{who}|1
c|first_contact|no_answer|neutral|总机转过去没人接，前台说{who}去车间了，下午才回办公室。|下午三点后再打|1
c|first_contact|wrong_number|neutral|号码是空号，从企业名录上查到的座机也停用了，需要重新找联系方式。|通过官网和天眼查找新号码|3
c|first_contact|call_again|cold|{who}说目前有固定供应商，价格也稳定，暂时不想换。先留个印象，约好{month}再联系。|{month}再联系一次|30
c|first_contact|progress|interested|{who}正好在找{product}供应商，原来那家交货老是拖，问我们现货情况和最小起订量。|发产品目录和现货表|1
c|first_contact|appointment|interested|电话里聊了十来分钟，{who}对{product}有兴趣，约了{day}上门。|准备样品，{day}上门拜访|5
c|needs|considering|neutral|了解到他们做{trade}，每月{product}用量大概{many}，现在从本地经销商拿货。|整理一份对比资料发给{who}|3
c|first_contact|refused|cold|{who}一听是推销就说不需要，态度比较冷淡，没聊下去。||0
c|first_contact|call_again|neutral|采购换人了，新的负责人是{who}，刚接手还在熟悉情况，让我过两周再打。|两周后回访新采购|14
v|first_contact|progress|interested|今天跑{city}片区，顺路陌拜，见到了{who}，看了他们的打印房，两台旧机器经常卡纸。|出一份换机方案|3
v|first_contact|call_again|neutral|上门没见到负责人，给前台留了名片和画册，前台说采购归{who}管。|电话约{who}|2
v|first_contact|wants_sample|interested|陌拜到厂里，{who}挺客气，当场试了一卷{product}，让留几卷样品给产线用用看。|跟进样品使用情况|5
w|first_contact|progress|neutral|通过了{who}的微信，发了公司介绍和{product}的短视频，回了个“好的”。|过两天问看了没有|2
w|first_contact|appointment|interested|{who}在微信上问能不能打不干胶的，发了几个同行案例，约了{day}电话细聊。|{day}电话沟通|4
w|introduction|considering|neutral|发了{product}和{other}的价格区间，{who}说先给老板看一下。|跟进老板的意见|3
e|introduction|progress|neutral|按{who}留的邮箱发了产品手册、资质和案例，邮件已读。|电话确认是否收到|1
s|first_contact|call_again|neutral|电话没打通，发短信说明来意并留了联系方式。|明天再打一次|1
x|first_contact|wants_quote|interested|展会上{who}在展位停了很久，看了{product}演示，留了名片要报价。|展会后三天内报价|3
x|first_contact|progress|interested|展会认识的，他们{trade}正在上仓库管理，想把{product}和系统一起看。|安排售前联系|4
x|first_contact|considering|neutral|展会上扫码登记，{who}主要是了解行情，说年底才有预算。|{month}提前联系|45
h|first_contact|wants_quote|interested|网站在线咨询{product}，问{many}多少钱，已加微信转到我这边。|当天报价|0
h|needs|progress|neutral|网页客服转来，{who}问{product}能不能贴在冷库里用，解释了低温胶的区别。|寄低温样品|2
r|first_contact|progress|eager|{who}带同事来公司看展厅，现场试了{product}和{other}，对自动贴标机很感兴趣。|按现场需求出方案|3
c|first_contact|call_again|neutral|老客户介绍过来的，先打了招呼，{who}说这几天月底盘点，下周再谈。|下周约时间|7
c|needs|no_need|cold|{who}说{product}一年用不了多少，都在网上零买，没有必要找供应商。||0
""",
    "contacted": """
c|needs|progress|interested|跟{who}核了一遍需求：{product}每月{many}，要求三天内到货，月结优先。|做报价单|2
c|needs|wants_quote|interested|{who}把规格型号发过来了，{product}要{many}，另外{other}也想看看价格。|{day}前报价|2
c|introduction|considering|neutral|详细讲了{product}和他们现在用的牌子的区别，{who}说要和仓库一起商量。|等仓库反馈|5
c|needs|call_again|neutral|{who}出差了，下周回来，助理说采购计划还没批。|下周一再打|6
c|sample|wants_sample|interested|{who}要两卷样品先上机试，地址已确认，今天安排寄。|三天后问试用情况|4
c|sample|progress|interested|样品收到了，{who}说打印清晰，就是胶有点粘，问有没有可移胶的。|补寄可移胶样品|2
c|sample|considering|hesitant|样品试过了，{who}反映碳带容易起皱，技术说是压力没调好，约视频指导。|安排技术视频调机|1
v|needs|progress|interested|上门看了现场，三条产线各一台打印机，标签靠人工贴，每天两班。{who}想先改一条线试试。|出单线改造方案|5
v|introduction|appointment|eager|给{who}和生产部演示了{product}，现场扫码准确率不错，厂长让约技术总监再看一次。|约技术总监|4
v|needs|considering|neutral|和{who}聊了半小时，主要顾虑是换供应商后标签要重新做认证，周期比较长。|提供认证资料清单|3
v|solution|progress|interested|带技术去现场量了贴标工位，{who}希望月底前给图纸和报价。|月底前交图纸|10
w|needs|progress|neutral|{who}发来现用标签的照片和尺寸，材质看着像铜版纸，已转给打样组。|打样后寄出|3
w|sample|wants_sample|interested|{who}问{product}有没有耐高温的，他们过回流焊，要能耐 260 度。|寄耐高温样品|2
w|introduction|considering|hesitant|{who}说{rival}也给他们看了样品，价格差不多，问我们优势在哪。|整理与{rival}的对比|2
w|needs|call_again|neutral|微信上问了进度，{who}回复说最近在搬厂，下个月再说。|{month}再联系|30
e|solution|progress|neutral|把{product}选型表和接口文档发给{who}，抄送了他们信息部。|电话确认技术问题|3
m|solution|progress|interested|和{who}以及仓库、信息部开了碰头会，确认用 PDA 扫码入库，先上一个仓。|写会议纪要和方案|3
o|introduction|progress|interested|线上会议演示仓储系统，{who}关心能不能对接他们的 ERP，技术当场答复可以。|发接口说明|2
o|solution|considering|neutral|视频会议讲方案，对方四个人参加，{who}觉得功能够用，希望价格再谈谈。|准备分项报价|4
r|introduction|wants_quote|eager|{who}来公司考察，看了打印车间和仓库，对交期比较放心，要{product}正式报价。|两天内报价|2
d|needs|progress|interested|晚上和{who}吃了个便饭，了解到他们今年要扩一个仓，{product}用量会翻倍。|做年度用量测算|5
c|introduction|no_answer|neutral|约好今天上午打给{who}，一直占线，微信留言了。|下午再打|0
c|needs|considering|neutral|{who}说要等月底盘点完才知道缺多少，目前库存还有{many}。|月底再问|12
c|solution|progress|eager|{who}催方案，说老板这周要看，最好{day}能给。|加急出方案|2
h|introduction|progress|neutral|{who}在网页上问{product}驱动怎么装，远程帮他装好了，顺便介绍了耗材。|跟进耗材需求|5
v|needs|progress|neutral|陪技术去{who}那边看 RFID 通道门的安装位置，金属货架多，需要实测。|带设备现场测试|7
""",
    "intent": """
c|quote|wants_quote|interested|{who}确认了型号，{product}{many}，要含税含运费的价格。|今天出报价|0
c|quote|progress|interested|报价{sum}，{who}觉得可以接受，要和财务确认付款方式。|跟进付款方式|3
c|quote|considering|hesitant|{who}说价格比{rival}高一成左右，希望给到{off}。|申请折扣|1
c|quote|considering|neutral|报价单收到了，{who}说要走三家比价流程，下周出结果。|下周问比价结果|7
c|negotiation|progress|interested|和{who}谈到{off}，对方要求送一次上门培训，我答应去申请。|请示经理|1
c|negotiation|considering|hesitant|{who}想做月结 60 天，按规定新客户只能款到发货，折中建议先付三成定金。|等客户答复|2
c|quote|call_again|neutral|{who}的老板在国外，报价要等他回来签字。|{day}再问|6
c|sample|progress|eager|小批试用结束，{who}说产线反馈不错，准备报采购申请。|跟进采购申请|3
v|quote|progress|interested|当面给{who}讲了报价构成，把{product}和耗材分开算，他觉得清楚多了。|按要求改报价|1
v|negotiation|progress|eager|和{who}、财务一起谈，单价定在{price}元，年用量签框架，按月下单。|出框架合同|3
v|negotiation|considering|hesitant|上门谈价，{who}拿出{rival}的报价压我们，差三个点，我强调了售后两小时到场。|算一下底价|2
v|sample|wants_sample|interested|去现场看样机测试，{who}要求再加测一周，重点看夜班。|一周后取测试数据|7
w|quote|progress|interested|微信发了修改后的报价，{product}{many}共{sum}，{who}说转给采购走流程。|跟进流程|2
w|quote|considering|neutral|{who}问如果一次拿{many}能不能再便宜，回复要看库存，稍后答复。|查库存后回复|0
w|negotiation|progress|interested|{who}说老板基本同意，就差交期，要求十天内到{city}。|和仓库确认交期|1
w|quote|wants_quote|interested|{who}又加了{other}，让一起报个总价。|重新报价|1
e|quote|progress|neutral|正式报价单和技术协议发到{who}邮箱，报价有效期 15 天。|三天后电话跟进|3
e|negotiation|considering|neutral|{who}回邮件提了五条商务条款，其中质保三年需要内部评审。|评审后回复|3
m|negotiation|progress|eager|商务谈判会，{who}和采购总监都在，总价{sum}基本谈妥，剩付款比例。|落实付款比例|2
m|solution|agreed|eager|方案评审会通过，{who}说我们的实施计划写得最细。|准备合同|4
o|quote|progress|interested|线上过了一遍报价明细，{who}要求把安装调试单列。|改报价后重发|1
r|negotiation|progress|interested|{who}和老板一起来公司，参观了工厂，中午留饭，谈得比较顺。|发合同草稿|2
d|negotiation|progress|interested|请{who}吃饭，对方透露{rival}还在跟，决策人是生产副总，要抓紧。|约生产副总见面|3
c|quote|progress|eager|{who}主动打来催最终价，说这周要定。|今天给底价|0
c|negotiation|considering|hesitant|{who}担心换系统影响发货，我建议先在小仓试点，不满意可退。|出试点方案|3
v|solution|progress|interested|和{who}去看了同行案例工厂，现场效果不错，回来路上已经在问安装周期。|排安装计划|4
w|negotiation|call_again|neutral|{who}说项目预算被砍了一点，可能分两期做，等他们内部定。|下周问结果|7
h|quote|progress|interested|{who}在客服窗口催报价，已把{product}和{other}的阶梯价发过去。|电话跟进|1
c|quote|considering|hesitant|{who}觉得{product}单价{price}元偏高，问有没有国产替代型号，推荐了经济款。|发经济款资料|1
""",
    "to_sign": """
c|contract|progress|eager|{who}说合同法务在看，主要改了违约金那一条，问题不大。|催法务意见|2
c|contract|agreed|eager|{who}确认合同金额{sum}，今天盖章扫描过来。|收到后安排备货|1
c|contract|considering|neutral|合同卡在财务，{who}说付款条件要改成验收后付尾款，我去请示。|请示后回复|1
c|contract|call_again|neutral|{who}的公章在总部，要{day}才能盖。|{day}追合同|5
w|contract|progress|eager|合同电子版发给{who}，对方核对了开票资料和收货地址。|寄纸质合同|1
w|contract|agreed|eager|{who}微信发来盖章扫描件，原件走顺丰，预计后天到。|安排生产排期|2
w|payment|progress|interested|定金付款水单已收到，{who}问什么时候能发货。|通知仓库备货|0
v|contract|agreed|eager|上门签合同，{who}和老板都在，签完一起拍了照，{product}{many}，总价{sum}。|录入订单|0
v|contract|progress|eager|带合同去{who}公司，法务当场改了两处，回来换页重盖。|换页后寄回|1
e|contract|progress|neutral|{who}发来他们的合同模板，条款比较严，交给内部审核。|内部审核|2
e|contract|considering|neutral|回复了{who}的合同修改意见，质保期和验收标准已按对方要求写明。|等对方确认|3
m|contract|progress|interested|合同条款会，{who}要求把交付分三批写进附件。|补交付计划附件|1
c|delivery|progress|interested|{who}问能不能先发一半应急，仓库说现货够，走特批。|走特批流程|0
c|contract|considering|hesitant|{who}说老板又犹豫了，听说{rival}降价，我约{day}带经理一起过去。|和经理上门|3
d|contract|agreed|eager|和{who}吃饭敲定细节，老板当场拍板，下周一签。|准备合同原件|3
o|contract|progress|interested|视频会议逐条过技术附件，{who}那边信息部没有异议。|出最终版合同|1
c|payment|progress|neutral|合同生效，{who}说财务每周五统一付款，定金这周五到。|周五查账|4
w|contract|call_again|neutral|{who}在出差，合同回来再签，让我先把货预留。|预留库存并跟进|5
r|contract|agreed|eager|{who}来公司自提首批{product}，顺便把合同签了。|安排培训|3
""",
    "signed": """
c|delivery|progress|interested|货今天发出，已把物流单号告诉{who}，预计后天到{city}。|跟踪签收|2
c|delivery|solved|interested|{who}确认{product}{many}全部签收，外箱完好。|安排安装调试|2
c|delivery|considering|unhappy|{who}来电说少了两箱{product}，查了是物流分批到，已解释并道歉。|确认第二批签收|1
c|service|solved|interested|{who}说打印偏移，电话指导校准传感器，恢复正常。|两天后回访|2
c|service|progress|neutral|打印头有一条白线，{who}问是否在保，已登记报修，明天上门。|派工程师上门|1
c|payment|progress|neutral|跟{who}对账，本月货款{sum}，对方说发票收到就付。|寄发票|1
c|payment|call_again|hesitant|催{who}付尾款，对方说资金紧张，下周先付一半。|下周追款|7
c|payment|progress|interested|{who}已安排付款，水单晚点发我。|查收到账|1
c|invoice|solved|neutral|{who}要求发票项目名称改一下，已重新开数电票发过去。||0
c|care|progress|interested|例行回访，{who}说{product}用得挺好，操作工也熟了。|一个月后回访|30
v|service|solved|interested|和工程师去{who}现场装机培训，教了六个操作工，当天投产。|一周后回访|7
v|care|progress|eager|上门回访，{who}带着看了新仓，说二期也准备用我们的{product}。|做二期方案|10
v|complaint|solved|unhappy|{who}反映标签批次有色差，上门核对后确认是原纸问题，答应整批换货。|安排换货|1
v|payment|progress|neutral|带对账单上门，{who}签字确认{sum}，约定{day}付款。|{day}查账|5
w|delivery|progress|neutral|{who}问货到哪了，发了物流截图，堵在{city}中转场。|催物流|0
w|service|solved|interested|{who}发视频问碳带怎么换，录了个操作视频回过去，搞定了。||0
w|invoice|solved|neutral|数电专票已开，发到{who}邮箱，微信提醒查收。||0
w|payment|progress|interested|{who}发来付款截图，货款{sum}已到账，表示感谢。||0
w|care|progress|interested|中秋给{who}寄了月饼，收到后回了感谢，顺便问了下库存。|月底问补货|15
w|complaint|progress|unhappy|{who}抱怨客服响应慢，已升级给客服主管，今天给处理方案。|确认处理结果|1
e|payment|progress|neutral|对账单发{who}财务邮箱，截至本月应收{sum}。|三天后确认|3
e|service|solved|neutral|{who}邮件要设备保养手册和年检报告，已发送。||0
m|service|progress|interested|项目验收会，{who}组织三个部门参加，遗留两个小问题，一周内改完。|跟进整改|7
o|service|solved|interested|远程会议帮{who}信息部调通接口，标签数据从 ERP 自动过来了。|观察三天|3
d|care|progress|interested|约{who}吃饭，聊到同园区还有两家{trade}要上条码，答应帮忙引荐。|请{who}引荐|5
c|complaint|progress|unhappy|{who}投诉工程师迟到，态度比较激动，安抚后承诺今天解决并给个说法。|主管上门道歉|1
c|service|solved|interested|回访维修情况，{who}说换了打印头后一切正常。||0
c|renewal|considering|neutral|提醒{who}年保下月到期，对方说看今年用量再定。|发续保报价|5
x|care|progress|interested|展会上碰到{who}，陪着看了新款{product}，他对便携款有兴趣。|寄样机试用|7
h|service|solved|neutral|{who}在网页上问驱动下载地址，已发链接。||0
""",
    "repeat": """
c|renewal|wants_quote|eager|{who}打来补货，{product}再要{many}，价格按上次。|出销售单|0
c|renewal|agreed|eager|和{who}确认下月订单，{product}{many}，月初发。|月初安排发货|10
c|renewal|call_again|neutral|{who}说库存还能撑两周，让我{day}再问。|{day}问补货|8
c|renewal|considering|neutral|提醒{who}耗材快用完了，对方说等月度计划批下来统一下单。|跟进月度计划|7
c|introduction|progress|interested|趁补货介绍了{other}，{who}说可以拿一台试试。|安排试用机|3
c|negotiation|considering|hesitant|{who}说{rival}来报过价，便宜两个点，希望我们也让一点，用量他可以保证。|申请阶梯价|2
c|payment|progress|interested|{who}上月货款已付，这次还是月结。||0
c|care|progress|interested|生日给{who}打了电话，很高兴，说下季度新线还找我们。|跟进新线项目|20
v|renewal|agreed|eager|上门续签年度框架，{who}说合作一年很省心，量再加两成。|合同归档|2
v|introduction|progress|interested|去看{who}的新车间，规划六个扫码点，{product}和{other}都要。|出整体方案|5
v|care|progress|interested|季度拜访，和{who}核了一下去年用量，{product}同比多了三成。|做年度采购建议|7
v|service|solved|interested|顺路给{who}做了免费保养，换了两个胶辊，工人很满意。||0
w|renewal|agreed|eager|{who}微信下单：{product}{many}，老地址，急用。|今天发货|0
w|renewal|wants_quote|interested|{who}问{product}涨价没有，回复老客户价不变，准备下{many}。|确认订单|1
w|care|progress|neutral|节日问候{who}，回复“同乐”，说节后再谈补货。|节后联系|8
w|introduction|considering|neutral|把新款{other}的资料发给{who}，说先看看。|一周后问意见|7
e|renewal|agreed|interested|收到{who}的采购订单，{product}{many}，金额{sum}，已回传确认。|排产发货|1
m|renewal|progress|interested|年度供应商评审会，我们评了 A 级，{who}说明年份额可以提到六成。|准备明年框架|15
o|introduction|progress|interested|线上给{who}讲了 RFID 盘点，盘仓从两天缩到两小时，他要带老板再看一次。|约老板演示|5
d|care|progress|eager|年中答谢饭局，{who}带了兄弟公司的采购来，现场加了微信。|联系兄弟公司|2
r|renewal|agreed|eager|{who}来公司提货，顺便参加了新品体验，当场加订{other}。|补录订单|0
c|complaint|solved|unhappy|{who}说这批{product}卷芯偏了，已安排换货并补了一卷，情绪缓和。|确认新货使用情况|4
c|renewal|progress|interested|{who}推荐了一家做{trade}的朋友公司，已要到联系方式。|联系介绍的客户|1
""",
    "paused": """
c|win_back|no_need|neutral|{who}说订单少了一半，产线停了两条，今年先不考虑。|{month}回访|45
c|win_back|call_again|neutral|{who}那边项目延期，预算推到明年，保持联系就行。|年后联系|60
c|win_back|considering|hesitant|之前因为账期没谈拢，这次说可以给 30 天，{who}说和财务商量。|等财务意见|7
c|win_back|no_answer|neutral|连打三天没人接，微信也没回。|换号码再试|7
c|payment|call_again|unhappy|{who}说欠款要等他们收到回款才能付，先停止发货。|每周追一次|7
c|win_back|progress|interested|隔了两个月再打，{who}说{rival}那边质量不稳定，愿意再看看我们。|重新报价|2
v|win_back|progress|neutral|路过{city}上门看了下，{who}在，厂里在搬设备，年底前不会采购。|年底再拜访|40
v|win_back|considering|neutral|上门拜访，{who}还是原来的采购，说领导换了，新领导想重新招标。|关注招标信息|20
w|care|call_again|neutral|微信问候{who}，说最近淡季，库存还多。|旺季前联系|30
w|win_back|no_need|cold|发了活动价给{who}，没回复。|下个月再发|30
w|win_back|progress|interested|{who}主动在微信上问{product}最近什么价，看来要恢复采购。|马上报价|0
e|win_back|call_again|neutral|给{who}发了新品邮件，系统显示打开过两次。|电话跟进|3
s|care|call_again|neutral|节日短信问候{who}，未回复。|下次换微信|20
c|win_back|considering|neutral|{who}在忙验厂，说验厂过后可能要上追溯，到时候找我们。|验厂后联系|25
""",
    "stopped": """
c|win_back|no_need|cold|{who}明确说已经和{rival}签了两年，不用再联系。||0
c|win_back|no_need|cold|公司注销了，{who}转行，以后没有采购。||0
c|win_back|wrong_number|neutral|电话停机，园区物业说已经搬走，不知去向。||0
c|win_back|refused|unhappy|{who}对上次退货处理不满意，不愿意再谈。|请客服主管回访一次|30
v|win_back|no_need|neutral|上门发现厂房已转租，问了保安，{who}的公司搬到外省了。||0
w|win_back|no_answer|cold|微信被{who}删除，发不出去。||0
c|win_back|no_need|neutral|{who}已离职，接手的人说这类采购统一归集团，本地不再单独买。|查集团采购联系人|15
c|care|no_need|neutral|半年回访，{who}说现在外包给第三方仓，用不到{product}了。||0
""",
}

# Name, unit, usual price and numbers of the goods that the sample company sells; what is used up is asked for most.
GOODS: list[tuple[str, str, int, tuple[int, ...]]] = [
    ("不干胶标签", "卷", 18, (100, 200, 300, 500, 1000, 2000)),
    ("铜版纸标签", "卷", 15, (100, 200, 500, 1000)),
    ("热敏标签纸", "卷", 9, (200, 500, 1000, 3000)),
    ("热敏标签纸", "卷", 8, (500, 1000, 2000)),
    ("耐高温标签", "卷", 86, (20, 50, 100, 200)),
    ("防伪标签", "卷", 120, (20, 50, 80)),
    ("珠宝标签", "卷", 45, (20, 50, 100)),
    ("水洗标", "卷", 28, (50, 100, 200)),
    ("吊牌", "张", 1, (5000, 10000, 20000, 50000)),
    ("碳带", "卷", 32, (50, 100, 200, 400)),
    ("蜡基碳带", "卷", 22, (100, 200, 500)),
    ("树脂碳带", "卷", 95, (20, 50, 100)),
    ("RFID 标签", "张", 2, (2000, 5000, 10000)),
    ("打印头", "个", 880, (1, 2, 4)),
    ("条码打印机", "台", 1680, (1, 2, 3, 5, 8, 10)),
    ("工业级条码机", "台", 5800, (1, 2, 3, 4, 6)),
    ("便携打印机", "台", 980, (2, 5, 10, 20)),
    ("扫码枪", "把", 460, (2, 5, 10, 20, 30)),
    ("手持终端", "台", 2350, (3, 5, 10, 20)),
    ("固定式读码器", "台", 4200, (1, 2, 4, 8)),
    ("RFID 读写器", "台", 3600, (1, 2, 4)),
    ("喷码机", "台", 18500, (1, 2, 3)),
    ("电子秤", "台", 720, (2, 4, 6, 10)),
]
# What comes up beside the goods.
OTHERS = (
    "自动贴标机", "仓库管理系统", "固定资产管理系统", "追溯系统", "RFID 通道门", "PDA 盘点软件", "标签设计软件",
    "年度维保", "视觉检测设备", "碳带", "手持终端", "便携打印机", "工业级条码机", "扫码平台", "防伪标签",
)  # fmt: skip
RIVALS = ("科盾条码", "百信标签", "易码通", "恒码科技", "立标电子", "本地经销商", "网上店铺", "原来的供应商")
