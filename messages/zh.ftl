### 系统对人说的话（中文）。en.ftl 中有相同的键，增改时两边一起改。

## Status of an order

status-received = 已接单
status-confirmed = 已确认
status-reserved = 已锁库
status-released = 已下发仓库
status-picked = 已拣货
status-shipped = 已发货
status-delivered = 已签收
status-completed = 已完成
status-cancelled = 已取消
status-returned = 已退货

## Holds: why an order stands still

hold-payment = 待付款
hold-data = 资料待修正
hold-credit = 超出信用额度
hold-risk = 客户风险拦截
hold-approval = 待审批
hold-stock = 待补库存
hold-customs = 海关查验中

## Reading what came in

message-unreadable = 报文无法读取：{ $why }
file-unreadable = 文件无法读取：{ $value }
file-layout-unknown = 还没有人确认过各列的含义（{ $columns }）。请运行：orderspine import { $path }
row-malformed = 该行格式有误，无法解析：“{ $value }”。
row-ragged = 该行的列数与表头不一致：“{ $value }”。
row-duplicated = 同一订单中有重复行（“{ $value }”）。
cell-too-long = 单元格有 { $length } 个字符，超出正常长度：“{ $value }”……
cell-lost-digits = 表格软件丢失了数字“{ $value }”的末几位，请将该列设为文本格式后重新导出。
line-number-repeated = 两个不同的行使用了同一个行号“{ $value }”。
form-field-missing = 表单里没有“{ $field }”这一栏：表单改过，或配置里的名称写错了。
lines-missing = 订单明细缺失或无法读取：“{ $value }”。
quantity-unreadable = 数量“{ $value }”不是整数。
price-unreadable = 单价“{ $value }”不是有效金额。
amount-unreadable = 金额“{ $value }”不是有效金额。
currency-unreadable = 币种“{ $value }”不是有效的币种代码。
time-unreadable = 时间“{ $value }”无法识别。
order-number-missing = 缺少订单号。
order-number-unreadable = 订单号“{ $value }”无法识别。
order-contradictory = 同一订单各行的 { $field } 不一致：{ $value }。
payment-number-missing = 该笔付款没有流水号。
payment-direction-unknown = 账单没有说明这笔钱是收入还是支出（“{ $value }”）。

## Proposing which column is what

mapping-header-equal = 列名就是“{ $value }”。
mapping-header-contains = 列名中含有“{ $value }”。
mapping-cells-tell = 单元格内容相符，例如“{ $value }”。
mapping-cells-fit = { $percent }% 的单元格相符。
mapping-cells-differ = { $percent }% 的单元格不符，例如“{ $value }”。
mapping-is-quantity-times-price = 数值等于 { $value }。
mapping-not-quantity-times-price = 数值不等于 { $value }，因此视为整单金额。

## Checks of orders

order-number-too-long = 订单号“{ $value }……”超过 64 个字符。
order-without-lines = 订单没有明细行。
currency-missing = 缺少币种。
currency-unknown = 币种“{ $value }”不在本公司的结算币种之内。
amount-missing = 缺少金额。
amount-negative = 金额 { $value } 小于零。
amount-does-not-sum = 订单金额为 { $stated }，但明细与运费合计为 { $sum }。
customer-missing = 缺少客户。
receiver-name-missing = 缺少收货人姓名。
receiver-phone-missing = 缺少收货人电话。
receiver-province-missing = 缺少收货省份。
store-unknown = 没有门店 { $store }，无法自提。
placed-at-missing = 缺少下单时间。
placed-in-future = 下单时间晚于当前时间：{ $value }。
no-good-line = 订单中没有一行可用。

## Checks of order lines

sku-missing = 该行没有商品编码（SKU）。
sku-unknown = 商品目录中没有 { $sku }。
unit-unknown = 商品 { $sku } 不能以“{ $unit }”为单位下单。
quantity-missing = 缺少数量。
quantity-not-positive = 数量 { $value } 应大于零。
quantity-too-large = 数量 { $value } 过大，不像真实订单。
price-missing = 缺少单价。
price-not-positive = 单价 { $value } 应大于零。
line-amount-off = 该行金额为 { $stated }，但数量乘以单价为 { $sum }。

## Checks of stock and statements

warehouse-missing = 缺少仓库。
stock-missing = 缺少库存数量。
stock-negative = 库存数量 { $value } 小于零。
stock-too-large = 库存数量 { $value } 过大，不像真实库存。
stock-stated-twice = { $value } 在同一仓库的库存出现了多次。
settlement-id-missing = 该对账行没有流水号。
settlement-id-repeated = 对账流水号 { $value } 出现了多次。
settlement-order-missing = 该对账行没有订单号。
provider-missing = 缺少支付渠道。
happened-at-missing = 缺少付款时间。

## What the channel says

channel-status-unknown = 渠道返回了未知的订单状态“{ $status }”。
order-kind-unknown = 渠道称该订单为“{ $kind }”，我们不认识这种订单。
channel-unavailable = 渠道反馈商品缺货。
channel-forbids-shipping = 订单已付款，但渠道暂不允许发货。
channel-shipped-in-part = 渠道反馈订单已在别处部分发货。
channel-refund-under-way = 客户已在渠道申请退款，尚未处理完。
reported-by-channel = 渠道反馈订单{ $status ->
    [received] { status-received }
    [confirmed] { status-confirmed }
    [reserved] { status-reserved }
    [released] { status-released }
    [picked] { status-picked }
    [shipped] { status-shipped }
    [delivered] { status-delivered }
    [completed] { status-completed }
    [cancelled] { status-cancelled }
    [returned] { status-returned }
   *[other] 状态为 { $status }
}。
cancelled-by-channel = 客户已在渠道取消订单。
cancelled-too-late = 仓库发货之后订单才被取消，请与客户协商退货。
called-off = { $person } 已取消：{ $why }
called-off-too-late = 取消时仓库已拣货，货物仍会发出；到货后请调拨回来。
arrived-though-called-off = 虽已取消，货物已到达。如不需要，请调拨回来。
changed-after-reservation = 库存预留后渠道修改了订单；变更等待审批：orderspine change list
stale-statement = 收到的是订单的旧版本，以较新的版本为准。
credit-document = 这是红字单据，只作记录，无需发货。
nothing-to-ship = 订单只有费用项，无需发货。

## Credit, payment and approval

not-paid = 订单尚未付款。
credit-over-limit = 加上本单客户共欠款 { $exposure }，超出信用额度 { $limit }。
customer-high-risk = 该客户被标记为高风险。
customer-may = 客户的欠款、额度或占用不再拦下此单；订单将重新审单。
credit-overdue = 客户有逾期款 { $overdue } 未付，付清前不再赊销。
rules-changed = 规则已更新（版本 { $version }）；订单将重新审单。
approval-needed = 需要 { $approver } 审批（规则“{ $rule }”）。
rate-missing = 没有 { $currency } 对 { $base } 的汇率：请填入 orderspine.toml 中 [currencies] 的 rates。
review-amount = 金额 { $amount }，超过 { $limit }。
review-lead-time = 距承诺日期只剩 { $days } 天，少于 { $limit } 天。
review-repeat = 该客户在 { $hours } 小时内下了 { $orders } 单。
review-grade = 客户等级为“{ $grade }”。
review-tagged = 标记为“{ tag-in-words }”（规则“{ $rule }”）。
review-told = 已告知 { $role }（规则“{ $rule }”）。
approved-by = { $person } 已批准该订单。
vetoed-by = { $person } 已拦下该订单。

## Stock and warehouses

allocated = 已在 { $warehouse } 锁定 { $sku } 共 { $quantity } 件。
served-by = 订单由 { $warehouse } 发货。
freight-cheapest = 从 { $warehouse } 发货运费 { $freight }，没有更便宜的。
freight-dearer = 从 { $warehouse } 发货运费 { $freight }；最便宜的为 { $cheapest }。
stock-short = { $warehouse } 的 { $sku } 只有 { $available } 件，需要 { $wanted } 件。
served-before = { $warehouse } 的 { $sku } 只剩 { $available } 件，需要 { $wanted } 件：{ $order } 排在前面。
warehouse-not-chosen = 未选择 { $warehouse }：{ $why }
found-by-shipment = { $sku } 实际多发出 { $quantity } 件，账面上没有这些库存。
stock-given-back = 有库存被释放，订单重新决策。
reservation-expired = 库存预留已过期，库存已释放。
deposit-completed = 尾款已付：库存已转给尾款订单。
lost-by-count = { $warehouse } 现只有 { $sku } { $counted } 件，不够本订单。
missing-at-warehouse = { $warehouse } 正在处理本订单，但现只有 { $sku } { $counted } 件，缺 { $missing } 件。
stock-counted = { $warehouse } 盘点 { $sku }：有 { $counted } 件；订单将重新审单。
stock-change-unclear = 仓库按 { $document } 变动 { $sku } { $quantity } 件，但库存状态无法识别（{ $word }）。
stock-change-contradicts = { $document } 是我方单据，{ $sku } 应为 { $expected } 件，仓库却按该单变动了 { $quantity } 件。
stock-change-differs = 仓库已按 { $document } 变动 { $sku } { $booked } 件，现在用同一编号又报 { $quantity } 件。
stock-change-booked-otherwise = { $sku } 已按 { $document } 以其他方式记账；仓库又报变动 { $quantity } 件。是否为同一笔？
stock-change-below-zero = 仓库按 { $document } 变动 { $sku } { $quantity } 件，但账面只有 { $there } 件。
return-announced = { $sku } { $quantity } 件将按 { $return } 退回：{ $why }
return-arrived = { $return }：{ $sku } 退回正品 { $good } 件、待检 { $defective } 件。
return-unknown = 仓库确认了退货单 { $return }，但系统没有下发过该单。
return-unclear = { $return }：{ $sku } 退回时的库存状态无法识别（{ $word }）。
return-differs = { $return }：{ $sku } 待退 { $expected } 件，仓库反馈退回 { $quantity } 件。
return-booked-by-hand = { $return }：已有人手工登记本订单退回的 { $sku }。是否为同一笔？
warehouse-not-theirs = 仓库 { $warehouse } 不属于发来该消息的连接。
safety-lowered = { $warehouse } 的 { $sku } 安全库存已降低；订单将重新审单。
day-turned = 新的一天开始，仓库产能已恢复；订单将重新审单。
exchanged = 换货 { $sku } { $quantity } 件：{ $why }
picked-up = 客户已自提；由 { $person } 交付。
transfer-arrived = { $sku } { $quantity } 件已到 { $warehouse }。
transfer-short = { $sku } { $quantity } 件已发出但未到 { $warehouse }。{ $person } 说明：{ $why }
sold-in-store = 门店柜台售出。
warehouse-ranked-lower = { $warehouse } 排在其后（得分 { $score }）。
warehouse-full = { $warehouse } 今日产能已满。
no-warehouse = 没有仓库可以发这张订单。
split-main-first = { $warehouse } 先发主件 { $sku }；其余 { $left } 件到货后补发。
substitute-offered = { $sku } 缺货时可推荐 { $substitute }：{ $warehouse } 有 { $available } 件。
customer-cap = 已有 { $waiting } 件 { $sku } 为该客户保留，再加 { $wanted } 件将超过上限 { $cap }。
unknown-what-is-late = 无法得知 { $wanted } 天后是否逾期：当次运行只记录了 { $kept } 天后的逾期款。
unknown-earlier-orders = 无法得知规则“{ $rule }”的结果：它要回看 { $wanted } 小时，当次运行只记录了 { $kept } 小时内的订单。
unknown-what-waits = 无法得知为该客户保留了多少：当时的规则没有上限，当次运行没有查询。
unknown-substitute = 无法得知能否用 { $substitute } 代替 { $sku }：当次运行没有查询。
promised = 承诺 { $date } 送达：{ $from } 到 { $to } 需 { $days } 天。

## Goods that need care

customs-papers-owed = “{ $category }”类货物（报关等级 { $grade }）出境前需备齐报关资料。
un3481-box = 锂电池（{ $category }）：使用 UN3481 包装箱。
customs-label = 敏感货物（{ $category }）：贴报关标签。
remark-says = 备注写有“{ $phrase }”，标记为“{ tag-in-words }”。

## Tags of orders

tag-in-words = { $tag ->
    [red] 交期紧
    [repeat-customer] 复购客户
    [un3481-box] UN3481 包装箱
    [customs-label] 贴报关标签
    [customs-papers-owed] 需报关资料
    [pack-first] 先打包
    [review-card] 附好评卡
    [gift] 送礼
   *[other] { $tag }
}
tag-in-remark = 【{ tag-in-words }】

## How the books of the stock agree

book-ours = 本系统
book-wms = WMS
book-erp = ERP
stock-agrees = 数字一致。
stock-tolerated = 本系统 { $ours }，WMS { $wms }，ERP { $erp }：相差 { $share }，在容差内。
stock-differs = 本系统 { $ours }，WMS { $wms }，ERP { $erp }。
stock-absent-there = { $book ->
    [ours] 本系统
    [wms] 仓库
    [erp] ERP{" "}
   *[other] { $book }{" "}
}没有该商品；其他账目最多 { $pieces } 件。
stock-refused-there = { $book ->
    [ours] 本系统
    [wms] 仓库
    [erp] ERP{" "}
   *[other] { $book }{" "}
}的数字未通过检查；查看：orderspine quarantine list
stock-unread-there = { $book ->
    [ours] 本系统
    [wms] 仓库
    [erp] ERP{" "}
   *[other] { $book }{" "}
}未能查询。
stock-outcome-tolerated = 容差内
stock-outcome-differs = 不符
stock-outcome-missing = 对方缺失
stock-outcome-unknown = 无法核对
stock-of = { $warehouse } 的 { $sku }：本系统 { $ours }，WMS { $wms }，ERP { $erp }。
stock-share = WMS { $wms } 件，ERP { $erp } 件：逐个商品相差 { $difference } 件，占 ERP 的 { $share }。
stock-far-title = ERP 与仓库的库存相差 { $share }
stock-near-title = ERP 与仓库的库存重新一致

## Changes of an order

change-field = { $field }：{ $before } → { $after }
change-is-minor = 属于小变更。
change-is-major = 属于重大变更，原因：{ $field }。
change-gives-back = { $sku } 有 { $units } 件退回 { $warehouse } 库存。
change-needs-there = { $warehouse } 还需 { $units } 件 { $sku }，该仓可用 { $free } 件。
change-needs-short = { $warehouse } 还需 { $units } 件 { $sku }，但该仓仅剩 { $free } 件可用。
change-replans-outbound = { $warehouse } 的出库单 { $outbound } 重新安排，仓库尚未收到它。
change-stops-outbound = 出库单 { $outbound } 已到 { $warehouse }：仓库同意拦截后变更才生效。
change-waybill-back = 运单 { $waybill } 退回，另取新单号。
change-nobody-else = 合作方均未获知此内容，变更立即生效。
change-too-late = 订单已不能变更，当前状态：{ $status ->
    [picked] { status-picked }
    [shipped] { status-shipped }
    [delivered] { status-delivered }
    [completed] { status-completed }
    [cancelled] { status-cancelled }
    [returned] { status-returned }
   *[other] { $status }
}。
change-of-parts = 订单已拆分发货，请人工逐单修改。
change-leaves-nothing = 变更后没有商品，请直接取消订单。
change-in-effect = 订单第 { $version } 版已生效。
change-overtaken = 订单已是第 { $version } 版，请重新提交变更。
change-restated = 渠道重新提交了订单内容。
change-split = 订单已拆分发货，请按拆分后的各单重新提交变更。
changed-too-late = 仓库拣货后才收到变更，订单按原内容送达，请联系客户。
push-stopped = 不确定仓库是否收到订单；仓库已停止作业，库存已退回。
promised-by = { $person } 将承诺日期由 { $before } 改为 { $date }。
unanswered = { $approver } 在 { $minutes } 分钟前收到审批请求，至今未答复（规则“{ $rule }”）。

## Gates

weather-alert = { $region }发布{ $event }{ $level ->
    [red] 红色
    [orange] 橙色
    [yellow] 黄色
    [blue] 蓝色
   *[other] {""}
}预警，有效期至：{ $until }。发往该地区的订单暂停发货。
weather-clear = { $region }的天气预警已解除，恢复发货。
weather-feed-away = 未能向 { $feed } 查询{ $region }的预警，本次未计入。

## Parcels

outbound-unknown = 仓库确认了出库单 { $outbound }，但系统没有下发过该单。
confirmed-without-parcel = 仓库确认已发货，但没有提供包裹信息。
shipped-though-cancelled = { $outbound } 已取消，仓库仍然发货；请与客户协商退货。
shipped-differs = { $sku } 应发 { $planned } 件，仓库反馈实发 { $shipped } 件。
warehouse-in-trouble = 仓库无法继续处理 { $outbound }（{ $word }）。请向仓库了解原因。
stopped-by-warehouse = 仓库自行停止了 { $outbound }（{ $word }）。请与仓库商定订单如何处理。
parcel-late = 包裹 { $waybill } 已有 { $hours } 小时没有物流更新。
parcel-at-customs = 包裹 { $waybill } 进入海关已 { $hours } 小时，尚未放行：已卡住，需人工介入。
parcel-exception = 承运商反馈包裹 { $waybill } 异常：{ $text }

## Money

amounts-equal = 订单与收款金额完全一致。
amounts-differ = 订单金额为 { $order }，实际结算 { $settled }。
rounding-tolerated = 订单金额为 { $order }，实际结算 { $settled }，差额属于规则允许的尾差。
paid-without-items = 收到货款，但订单没有商品明细。
nothing-settled = 该订单尚无结算款。
order-unknown = 付款对应的订单在系统中不存在。
order-ambiguous = 有 { $orders } 张不同渠道的订单使用该编号，请确认付款属于哪一张。
payment-told = 支付平台通知：已收款 { $amount }。
paid-in-part = 订单金额 { $order }，已付 { $paid }，等待付清余款。
paid-though-ended = 订单已取消或退货后又收到付款 { $amount }，请退款或与客户商定处理方式。
refund-told = 支付平台通知：已退款 { $amount } 给客户。
refund-failed = 退款 { $amount } 未成功，请在支付平台查看处理办法。
refunded-before-it-left = 发货前已退款 { $amount } 给客户，请确认是否仍需发货。
invoice-asked = 已为 { $buyer } 申请发票 { $number }。
invoice-issued = 发票 { $number } 已开具。
invoice-failed = 税务局未开具发票 { $number }：{ $why }
invoice-differs = 发票金额 { $amount }、税额 { $tax }，而申请的是金额 { $asked }、税额 { $asked_tax }。
invoice-unknown-there = 开票平台没有 { $number } 的记录，请重新申请。
invoice-called-off = 发票 { $number } 尚未提交，订单已取消。
invoice-came-late = 订单取消时，发票 { $number } 已在提交途中。如已开具，请冲红。

## Partners and people

carrier-passed-over = { $carrier } 未能出具运单，改由 { $next } 承运。
partner-rejected = { $partner } 拒收了该消息：{ $message }
answer-of-another = 询问的是 { $expected }，对方答复的却是 { $got }。答复内容未采用。
number-of-another = 单号 { $number } 已属于 { $other }。答复内容未采用。
check-code-differs = 对方的 { $number } 带有校验码 { $got }，应为 { $expected }：那是另一张单据。
closed-in-the-erp = { $number } 尚未发货，却在 ERP 中被作废或关闭。请取消订单，或在 ERP 中恢复。
partner-misconfigured = { $partner } 的配置有误，修正之前无法使用：{ $message }
partner-stopped-title = 已停止调用 { $account }
partner-stopped = 对方拒绝了我们的凭证：{ $message } 发给它的消息会等待，其他系统不受影响。请更新它的凭证（orderspine credential set，或 Prefect 中对应的 block），之后会自动恢复。
too-many-tries = 已发送失败 { $tries } 次，需要人工处理。
mended-by = { $person } 修正了资料。
released-by = { $person } 放行了该订单。

## What people and customers are told

customer-shipped = 您的订单 { $number } 已发货，运单号 { $waybill }。
customer-out-for-delivery = 您的订单 { $number } 正在派送，运单号 { $waybill }。
customer-delivered = 您的订单 { $number } 已签收，运单号 { $waybill }。
customer-in-trouble = 您的订单 { $number } 配送出现异常，运单号 { $waybill }。我们正在核实处理。
customer-delayed = 您的订单 { $number } 运输比平时慢，运单号 { $waybill }。我们正在跟进。
customer-title = 请转告订单 { $number } 的客户（{ $channel }）
gate-closed-title = { $region } 已熔断：{ $waiting } 条消息暂停发送
gate-opened-title = { $region } 已恢复：{ $waiting } 条消息继续发送
parcel-late-title = 订单 { $order } 的包裹延误
parcel-at-customs-title = 订单 { $order } 的包裹滞留海关
transfer-short-title = 调拨途中货物缺失：{ $number }
notice-invoice = { $order } 的发票需要人工处理

## Messages to customers and to our people


## Outcomes of reconciliation

outcome-equal = 分毫不差
outcome-rounding = 尾差，已容忍
outcome-off = 金额不符
outcome-no-items = 已付款但无明细
outcome-unpaid = 尚无到账
outcome-unknown-order = 订单不存在
outcome-ambiguous = 对应多张订单

## The story of an order

story-head = { $number }：{ $status }（{ $channel } { $their }）
story-paid = 已付款
story-unpaid = 未付款
story-to = 收货地：{ $place }
story-behind-gate = 在{ $region }的闸门外等待
story-tags = 标签：{ $tags }
story-refused = 被拒收的{ $what }（隔离区编号 { $number }）
story-outbound = 出库单 { $number }，{ $warehouse }：{ $state }，校验码 { $code }
story-parcel = 包裹 { $carrier } { $waybill }
story-payment = 付款：{ $what }
story-money = 款项：订单 { $ordered }，到账 { $settled }：{ $outcome }
story-invoice = 发票 { $number }，抬头 { $buyer }：{ $amount }，税额 { $tax }，{ $state }
invoice-state-asked = 已申请
invoice-state-issuing = 开票中
invoice-state-issued = 已开具
invoice-state-failed = 未开具
story-trail-whole = 经过（事件链完整）
story-trail-broken = 经过（事件链已断：有人改动过记录）
story-by = 操作者 { $actor }，运行 { $run }，规则 { $rules }
line-good = 正常
line-refused = 拒收
line-dropped = 已删除
outbound-planned = 已计划
outbound-accepted = 仓库已接单
outbound-shipped = 已出库
outbound-cancelled = 已取消
event-received = 接收：{ $what }
event-changed = 变更：{ $what }
event-moved = { $before } → { $after }
event-held = 挂起：{ $what }
event-unheld = 解除挂起：{ $what }
event-line-refused = 拒收：{ $what }
event-line-mended = 已修正：{ $what }
event-sent = 已发送：{ $what }
event-tracked = 轨迹：{ $what }
event-noticed = 发现：{ $what }
event-settled = 对账：{ $what }
event-answered = 已答复：{ $what }
event-expired = 已过期：{ $what }
event-split = 分批发货：{ $what }
event-stock-lost = 失去库存：{ $what }
event-change-asked = 申请变更：{ $what }
event-change-closed = 变更结束：{ $what }
event-promised = 另行承诺日期：{ $what }

## Command line

cli-help = 连接您现有系统的订单中枢。
cli-demo-help = 在本机演示一家小公司的两天：无需任何配置。
cli-demo-stay-help = 结束后保持运行，便于查看。
cli-demo-orders-help = 一共多少订单。
cli-up-help = 在本机运行中枢：Prefect 服务器、执行器和网页。
cli-import-help = 导入订单文件或文件夹。
cli-import-path-help = CSV 或 Excel 文件，或其所在文件夹。
cli-import-preset-help = 使用哪个预设；不填则自动识别。
cli-import-currency-help = 未知文件没有写明时的币种。
cli-import-zone-help = 未知文件中时间的时区。
cli-import-yes-help = 直接采用建议的列映射，不再询问。
cli-order-help = 订单在哪里，怎么走到这一步。
cli-order-show-help = 查看一张订单的完整经过及其运行记录。
cli-order-list-help = 列出订单，最新的在前。
cli-order-list-find-help = 单号，或客户代码、客户名称的开头。
cli-order-list-status-help = 只列该状态的订单。
cli-order-list-hold-help = 只列有该类未解除挂起的订单。
cli-order-list-tag-help = 只列有该标签的订单，写法同规则文件。
cli-order-list-before-help = 只列早于该内部单号的订单。
cli-order-list-none = 没有这样的订单。
cli-order-list-older = 更早的订单：--before { $number }
cli-order-preview-help = 说明现在会作出什么决定。不写入任何内容。
cli-order-preview-file-help = 订单文件或文件夹，读法与 “import” 相同。
cli-order-preview-of-what = 请给出文件，或用 --order 给出订单。
cli-order-preview-no-preset = 没有适合 { $file } 的预设：请用 --preset 指定，或先导入以确认各列的含义。
cli-order-preview-order-help = 订单号，可多次给出；这些订单一起决定。
cli-order-preview-policy-help = 另一份规则文件；不填则用现行规则。
cli-preview-head = { $number }：{ $outcome }
cli-preview-not-decided = 不作决定
cli-order-number-help = 我方单号（SO…）、渠道单号、运单号、出库单号或校验码（CC…）。
cli-order-unknown = 没有单号为 { $number } 的订单。也许在隔离区：orderspine quarantine list
cli-order-mistyped = { $number } 输入有误：形似校验码，但末位不符。
cli-order-label-help = 从快递公司获取订单包裹的面单。
cli-order-label-file-help = 保存到哪个文件；不填则以运单号为名存到当前目录。
cli-order-label-saved = 已保存为 { $file }。
cli-quarantine-help = 查看被拒收的内容，修正后继续。
cli-quarantine-list-help = 列出隔离区内容及全部原因。
cli-quarantine-reason-help = 只看这一原因代码。
cli-quarantine-show-help = 查看一条的全部内容。
cli-quarantine-number-help = 列表中的编号。
cli-quarantine-mend-help = 修正；会重新检查。
cli-quarantine-set-help = 字段=值，可多次使用；金额以分为单位。
cli-quarantine-set-wrong = { $given } 不是“字段=值”的形式，例如 --set quantity=3
cli-quarantine-dismiss-help = 决定不要它；内容仍可查看。
cli-quarantine-resume-help = 让已修正的内容继续往下走。
cli-quarantine-empty = 隔离区是空的。
cli-quarantine-unknown = 隔离区没有编号 { $number }。查看列表：orderspine quarantine list
cli-quarantine-still = 仍有问题：
cli-quarantine-mended = 编号 { $number } 已修正。让它继续：orderspine quarantine resume
cli-quarantine-dismissed = 编号 { $number } 已作废。
cli-quarantine-resumed = 完成：{ $batches } 批。
cli-report-help = 供人和脚本使用的数据。
cli-reconciliation-help = 订单与款项是否相符：每一分钱都有归属。
cli-reconciliation-complete = 每一条账单明细都已归入上面的某一类。
cli-reconciliation-open = 尚未归类的账单明细：{ $lines }。请在下一次 reconcile-payments 之后再运行 orderspine report reconciliation
cli-gate-help = 哪些闸门关着，为什么。
cli-gate-list-help = 列出已关闭的闸门及其后等待的消息。
cli-gate-open-help = 以您的名义提前打开闸门（与证据相反）。
cli-gate-region-help = 闸门所属地区：省份名称或行政区划代码。
cli-gate-opened = { $region }的闸门已由 { $person } 打开；新的预警会再次关闭它。
cli-gate-none = 没有关闭的闸门。
cli-policy-help = 业务人员可编辑的规则。
cli-policy-check-help = 检查规则文件并显示其版本。
cli-policy-check-file-help = 要检查的文件；不填则为现行规则。
cli-policy-good = { $file } 没有问题，版本 { $version }
cli-policy-diff-help = 说明新规则会让哪些未完订单得到不同的决定。不写入任何内容。
cli-policy-old-help = 现行规则文件。
cli-policy-new-help = 新规则文件。
cli-policy-schema-help = 输出规则的 JSON schema，供编辑器使用。
cli-policy-unreadable = 无法读取文件 { $file }：{ $why }
cli-compared = { $orders } 张订单，规则 { $before } 与 { $after } 对比：{ $differ ->
    [0] 没有差异
   *[other] { $differ } 张决定不同
}。
cli-rules-aside = 另有改动，但不影响未完订单的决定：{ $rules }
cli-unknown = 有 { $orders } 张订单无法得知，其他订单的结果也可能受其影响：
cli-decided-asked = 需 { $what } 同意
cli-decided-tags = 标记：{ $what }
cli-decided-told = 通知 { $what }
cli-decided-offered = 可推荐 { $what }
cli-decided-until = 库存保留至 { $what }
cli-decided-promised-on = 承诺 { $what }
cli-and-more = ……还有 { $count } 张；用 --json 列出全部。
cli-goes = 放行
cli-goes-in-parts = 分批发货
cli-replay-help = 用原规则或其他规则重新决定一次历史运行。不写入任何内容。
cli-replay-run-help = 流程运行的编号或其开头，“order show” 中可见。
cli-replay-policy-help = 另一份规则文件；不填则用当时的规则。
cli-replay-differs = 相同的事实和规则得出了不同的决定：这绝不应发生，请报告。
cli-order-approve-help = 对订单等待的事项表示同意：审批人名称，或 risk、credit、customs、data。
cli-order-refuse-help = 表示拒绝：订单取消，所占库存释放。
cli-order-question-help = 回答的事项：审批人名称，或挂起类型（risk、credit、customs、data、approval）。
cli-order-approved = { $number } 已放行，经办人 { $person }。
cli-order-approved-waits = 已记录 { $person } 的意见；{ $number } 仍在等待：{ $waits }。
cli-order-refused = { $number } 已取消，经办人 { $person }。
cli-col-before = 之前
cli-col-after = 之后
cli-db-help = 数据库。
cli-db-upgrade-help = 建立或升级数据表，并登记已连接的系统。
cli-db-upgraded = 数据库版本为 { $version }。
cli-new-help = 新建一个对接。
cli-new-channel-help = 生成一个待填写的销售渠道及其模拟对端。
cli-new-name-help = 名称：最多 18 个小写字母、数字和 _。
cli-new-name-bad = { $name } 已存在或不是合法名称：请用小写字母、数字和 _。
cli-new-no-place = 找不到应插入新行的位置：{ $place }
cli-new-made = 以下文件是新建的或增加了一行：
    { $files }
    还缺什么，请运行：./orderspine test tests/integrations/test_conformance.py -k { $name }
cli-credential-help = 各系统的凭证。
cli-credential-register-help = 让 Prefect 为每种系统的凭证提供填写表单。
cli-credential-registered = Prefect 已有 { $count } 种凭证表单：Blocks，+，Orderspine。
cli-credential-set-help = 保存一个连接的凭证；逐项询问。
cli-credential-set = 凭证 { $name } 已保存，此后启动的运行即使用它。
cli-credential-name-help = 连接文件中的凭证名（secret = ...）。回答 @文件名 表示取该文件的内容。
cli-credential-unknown = 没有连接使用凭证 { $name }：请在连接文件中为它添加 secret = "{ $name }"。
cli-credential-not-json = 管道传入的内容不是由凭证字段组成的 JSON 对象。
cli-db-verify-help = 检查每张订单的事件链和每项库存结余；若有不符，退出码为 1。
cli-db-verified = { $orders } 张订单的 { $events } 条事件：事件链全部完好。{ $levels } 项库存结余：均等于其变动与预留之和。
cli-db-broken = { $count } 张订单的事件被改动或有缺失：{ $orders }。请与备份比对。
cli-db-unsound = 有 { $count } 项库存结余与其变动或预留之和不符：{ $shelves }。请与备份比对，并盘点实物。
cli-db-restored-help = 让恢复的数据库可以安全运行：重新发送之前，先向对方查询。
cli-db-restored = 有 { $count } 条消息待发，发送前会先向对方查询是否已收到。现在可以启动系统了。
cli-doctor-help = 检查配置、连通性和问题，并告诉您怎么办。
cli-doctor-rules = 规则
cli-doctor-database = 数据库
cli-doctor-told = 通知对象
cli-doctor-role-unheard = 没有人收到给 { $role } 的消息：请在规则的 [told] 中为其指定通知渠道
cli-doctor-notifier-unknown = 规则要通知 { $code }，但没有连接该通知渠道
cli-doctor-all-told = 规则中的通知对象都能收到消息
cli-doctor-no-receivables = { $partner } 不接收本系统的应收单：请由其自身的发票形成应收，并设置 receivables = false
cli-doctor-weather = 天气
cli-doctor-no-feed = 规则关注 { $count } 个地点，但没有连接任何天气预警源，闸门不会关闭。请在 [[alerts]] 中连接一个，或清空 [weather] 的 places
cli-doctor-prefect = Prefect
cli-doctor-connections = 连接
cli-doctor-no-schema = 还没有数据表。请运行：orderspine db upgrade
cli-doctor-old-schema = 数据表版本为 { $present }，程序需要 { $newest }。请运行：orderspine db upgrade
cli-doctor-older-checkout = 此数据库由旧版程序建立，缺少 { $missing }。首个正式版发布之前不保留旧数据库：请在 ORDERSPINE_DATABASE_URL 中指定新的数据库，或移走现有的，再运行：orderspine db upgrade
cli-doctor-schema = 数据表版本为 { $version }
cli-doctor-prefect-embedded = 未设置；每条命令各自启动一个。长期运行请用：orderspine up
cli-doctor-prefect-down = { $address } 没有响应。请启动它，或取消 PREFECT_API_URL
cli-doctor-answers = { $address } 响应正常
cli-doctor-partner-answers = { $partner } 响应正常，密钥有效
cli-doctor-set-up = { $partner } 已配置（不发送消息就无法验证）
cli-doctor-stopped = 自 { $since } 起停止调用：{ $why } 请更新它的凭证，之后会自动恢复
cli-doctor-nothing-connected = 还没有连接任何系统；见 docs/running-it-for-real.md
cli-doctor-bad = 有 { $count } 处需要处理。
cli-json-help = 输出 JSON，供脚本使用。
cli-limit-help = 最多多少条。
cli-by-help = 操作者；不填则为本机用户。
cli-why-help = 原因。
cli-port-prefect-help = Prefect 服务器的端口。
cli-port-web-help = 回调与控制台的端口。
cli-port-in-use = 端口 { $port } 已被占用。请停掉占用它的程序，或另选端口：{ $option } 端口号
cli-not-up = { $name } 未能按时启动，原因见日志：{ $log }
cli-ended = { $name } 自行退出，代码 { $code }：
    { $log }
cli-deploy-failed = Prefect 未接受部署：{ $words }
cli-starting-prefect = 正在启动 Prefect 服务器、执行器和网页（约半分钟）……
cli-stopping = 正在停止……
cli-up = 中枢已启动，按 Ctrl-C 停止。
      运行记录  { $prefect }
      控制台    { $web }
cli-import-no-path = 没有 { $path }。
cli-import-with = 以“{ $preset }”读取 { $path }
cli-import-folder-unknown = 没有适合文件夹 { $path } 的预设。请先导入其中一个文件以获得列映射建议，或指定：--preset 名称
cli-import-missing = 文件缺少这些列：{ $fields }。请改列名，或编写预设（docs/import-files.md）。
cli-import-confirm = 按此读取文件？
cli-import-not-confirmed = 未导入任何内容。映射正确请加 --yes；否则请编写预设（docs/import-files.md）。
cli-import-kept = 列映射已保存到 { $file }；以后相同格式会自动识别。
cli-import-see-quarantine = 查看：orderspine quarantine list
cli-by-reason = 隔离区，按原因
cli-total = 合计
cli-col-region = 地区
cli-col-closed-at = 关闭时间 (UTC)
cli-col-waiting = 等待
cli-col-why = 原因
cli-col-number = 编号
cli-col-what = 内容
cli-col-reason = 原因
cli-col-count = 数量
cli-col-outcome = 结果
cli-col-orders = 订单
cli-col-order-no = 订单
cli-col-order-value = 货款+运费
cli-col-settled = 到账
cli-col-largest = 最大差额
cli-col-column = 列
cli-col-field = 含义
cli-col-sure = 把握
cli-col-status = 状态
cli-col-line = 行
cli-col-sku = SKU
cli-col-title = 品名
cli-col-quantity = 数量
cli-col-amount = 金额
cli-col-state = 状态
cli-col-tags = 标签
cli-col-customer = 客户

## The demo

cli-demo-ready = { $seconds } 秒后全部就绪。两天开始了：
cli-demo-day = 第 { $day } 天
cli-demo-night = 夜间来了 { $orders } 张订单；有的有错，有的缺货
cli-demo-lost-reply = 仓库的第一个回复丢了：先查询，再重发
cli-demo-storm = 上海发布红色预警
cli-demo-more = 又来 { $orders } 张订单，有的由回调重复推送
cli-demo-warehouse = 仓库拣货、打包，并回调确认
cli-demo-clear = 暴风雨过去，闸门打开
cli-demo-evening = 包裹陆续送达，有一件没有；账单到了，有一笔对不上
cli-demo-col-caught = 出了什么问题
cli-demo-col-how = 结果如何
cli-demo-caught-bad = 有错的明细和订单
cli-demo-how-bad = 连同全部原因隔离，其余照常
cli-demo-caught-short = 缺货订单
cli-demo-how-short = 挂起；没有重复承诺库存
cli-demo-caught-unpaid = 未付款订单
cli-demo-how-unpaid = 挂起，等待付款
cli-demo-caught-storm = 红色天气预警
cli-demo-how-storm = 该地区等待；已重新打开的闸门：{ $opened }
cli-demo-caught-lost = 做完后丢失的回复
cli-demo-how-lost = 先查询；重复建立的出库单：{ $twice }
cli-demo-caught-late = 延误的包裹
cli-demo-how-late = 已发现并通知
cli-demo-caught-money = 对不上的款项
cli-demo-how-money = 逐分指明
cli-demo-caught-person = 被系统拒绝的消息
cli-demo-how-person = 连同对方原话留给人工处理
cli-demo-open = 用时 { $seconds } 秒。请看：
      运行记录  { $prefect }
      控制台    { $web }
cli-demo-try = 另开一个终端：
      export ORDERSPINE_HOME={ $home }
      { "./orderspine" } order show { $number }
      { "./orderspine" } quarantine list
      { "./orderspine" } report reconciliation
cli-demo-failed = 以下步骤未完成：{ $steps }。详情见 { $logs }。
cli-demo-stays = 保持运行，按 Ctrl-C 停止。

## Failed runs

run-failed-title = 步骤 { $flow } 运行失败
run-failed = 运行 { $run } 以 { $state } 结束：{ $message }

## Console

console-overview = 总览
console-orders = 订单
console-other-language = English
console-only-here = 只读页面。控制台含客户资料，仅限本机访问。
console-find = 查找
console-find-hint = 订单号、运单号、校验码、客户
console-show = 查询
console-any = 不限
console-status = 状态
console-older = 更早的订单
console-none-found = 没有找到
console-no-such-order = 没有订单 { $number }
console-mistyped = { $number } 输入有误：形似校验码，但末位不符。
console-no-label = 目前没有 { $number } 的面单可打印，原因见网页服务日志。
console-label = 面单
console-check-code = 校验码
console-no-orders = 还没有订单。
console-held = 暂停中
console-nothing-held = 没有暂停的订单。
console-owed = 待发消息
console-messages-due = 待发送
console-messages-behind-gates = 其中因熔断暂停
console-messages-for-person = 等待人工处理
console-gates = 熔断中
console-no-gates = 没有熔断。
console-closed-since = 熔断开始于
console-stopped = 拒绝我们凭证的系统
console-stopped-since = 自
console-refused = 隔离区
console-refused-examples = 每种原因显示一个例子。
console-nothing-refused = 没有被隔离的数据。
console-newest = 最新订单
console-urgent = 加急
console-tag = 标签
console-placed = 下单
console-version = 版本
console-since = 始于
console-namesakes = 该号码还对应其他订单：
console-chain-broken = 该订单的审计链不完整：有事件被改动。
console-customer = 客户
console-grade = 等级
console-money = 款项
console-amount = 金额
console-freight = 其中运费
console-paid = 已付款
console-yes = 是
console-no = 否
console-payment = 付款
console-settlement = 对账
console-lines = 明细
console-article = 商品
console-quantity = 数量
console-price = 单价
console-goods = 货物
console-reservation = 预留
console-outbound = 出库单
console-parcel = 包裹
console-late = 延误
console-stuck = 滞留海关
console-partners = 与合作方的消息
console-tries = 已尝试 { $count } 次
console-story = 经过
console-run = 运行记录
console-rules = 规则版本

## Console: words of the database

console-line-refused = 已隔离
console-line-dropped = 已删除
console-reservation-open = 已锁定
console-reservation-consumed = 已出库
console-reservation-released = 已释放
console-reservation-expired = 已过期
console-outbound-planned = 待下发
console-outbound-accepted = 仓库已接单
console-outbound-shipped = 已发货
console-outbound-cancelled = 已取消
console-scan-picked_up = 已揽收
console-scan-in_transit = 运输中
console-scan-at_customs = 清关中
console-scan-held_by_customs = 海关扣留
console-scan-out_for_delivery = 派送中
console-scan-delivered = 已签收
console-scan-exception = 异常
console-scan-returned = 已退回
console-scan-unknown = 未知
console-message-waybill = 运单申请
console-message-outbound = 出库单
console-message-cancel-outbound = 取消出库
console-message-cancel-waybill = 退回运单
console-message-return-order = 退货入库通知
console-message-erp-order = ERP 订单
console-message-erp-status = ERP 状态回写
console-message-cancel-erp-order = 作废 ERP 订单
console-message-receivable = ERP 应收单
console-message-channel-shipment = 渠道发货回传
console-message-customer-message = 客户通知
console-message-subscription = 包裹轨迹订阅
console-message-invoice = 开票申请
console-message-notice = 内部通知
console-sent-due = 待发送
console-sent-sent = 已发送
console-sent-person = 等待人工处理
console-sent-withdrawn = 已撤回
console-subject-order = 订单
console-subject-line = 明细行
console-subject-row = 文件行
console-subject-message = 报文
console-subject-stock = 库存
console-subject-statement = 对账行
console-quarantine-open = 待修正
console-quarantine-mended = 已修正
console-quarantine-dismissed = 已忽略
console-outcome-equal = 一致
console-outcome-rounding = 尾差
console-outcome-off = 不一致
console-outcome-no-items = 有款无货
console-outcome-unpaid = 未付款
console-outcome-unknown-order = 订单不存在
console-outcome-ambiguous = 对应多张订单
console-invoice-state-asked = 已申请
console-invoice-state-issuing = 开票中
console-invoice-state-issued = 已开具
console-invoice-state-failed = 未开具
console-event-received = 接单
console-event-changed = 变更
console-event-moved = 状态
console-event-held = 暂停
console-event-unheld = 解除暂停
console-event-line-refused = 明细隔离
console-event-line-mended = 明细修正
console-event-sent = 通知合作方
console-event-tracked = 物流
console-event-noticed = 提醒
console-event-settled = 对账
console-event-answered = 已答复
console-event-expired = 库存已释放
console-event-split = 分批发货
console-event-stock-lost = 失去库存
console-event-change-asked = 申请变更
console-event-change-closed = 变更结束
console-event-promised = 承诺日期

## Goods that arrive

stock-arrived = { $quantity } 件 { $sku } 已到 { $warehouse }；订单重新决策。
notice-file-waits = 有文件等待处理：{ $file }
answered-by-button = 通过按钮答复
question-title = { $order } 请 { $question } 决定：是否放行？
question-how = 没有按钮时：orderspine order approve { $order } { $question } --by 姓名，或 order refuse。
question-yes = 同意
question-no = 拒绝（取消订单）
question-answered-title = { $order }
question-approved = { $person } 以 { $question } 的身份同意。
question-refused = { $person } 以 { $question } 的身份拒绝：订单已取消。
question-still-waits = 仍在等待：{ $questions }。
notice-decisions = { $role }：{ $orders } 张订单
cli-stock-help = 货物：在哪里、什么会来、盘点了什么、各处账目是否一致。
cli-stock-receive-help = 到货入账；等货的订单重新决策。
cli-stock-sku-help = SKU。
cli-stock-quantity-help = 件数。
cli-stock-warehouse-help = 仓库代码。
cli-stock-reference-help = 送货单号：只入账一次。
cli-stock-received = { $quantity } 件 { $sku } 已入 { $warehouse }；重新决策的订单：{ $orders }
cli-stock-show-help = 查看一个 SKU 的库存：在哪里、谁占用、还可承诺多少。
cli-stock-none = { $sku } 还没有任何库存。
cli-stock-coming = 在途
cli-stock-overdue = { $day }（已逾期）
cli-stock-holders = 已承诺给
cli-stock-presale = 定金
cli-stock-announce-help = 登记在途货物：从预计到货日起可承诺。
cli-stock-on-help = 预计到货日，例如 2026-03-08。
cli-stock-order-reference-help = 采购单号：只登记一次。
cli-stock-announced = { $warehouse } 预计于 { $day } 到货 { $sku } { $quantity } 件；当天可承诺 { $available } 件。
cli-stock-arrive-help = 把登记过的货物入库，全部或部分。
cli-stock-announced-reference-help = 登记时的单号：采购单号，或调拨单的 SO… 号。
cli-stock-only-sku-help = 只入这个 SKU。
cli-stock-part-help = 部分到货的件数；此时须写明 --sku 和 --note。
cli-stock-note-help = 部分到货的送货单号：只入账一次。
cli-stock-arrived = 入库 { $pieces } 件，还有 { $left } 件在途；重新审单的订单：{ $orders }
cli-stock-call-off-help = 登记过而未到的货物不再来了。
cli-stock-called-off = { $pieces } 件不再预计到货。
cli-stock-call-off-asked = 已请仓库停止；仓库同意后，{ $pieces } 件重新可用。
cli-stock-call-off-why-help = 原因；调拨单和换货单会保留。
cli-stock-count-help = 登记盘点结果；库存不够的订单会被告知。
cli-stock-counted-help = 实际件数。
cli-stock-quarantine-option-help = 盘点的是待检区，不是货架。
cli-stock-count-reference-help = 盘点单号：只入账一次；省略时用当前时间。
cli-stock-counted-now = { $warehouse } 的 { $sku }：原 { $before } 件，现 { $now } 件；重新审单的订单：{ $orders }
cli-stock-count-losing = 以下订单失去库存：{ $orders }
cli-stock-count-doubt = 还缺 { $missing } 件，但仓库正在处理 { $orders }。请让仓库停止，或等其发出后再盘点。
cli-stock-return-help = 把客户退回的货收入待检区。
cli-stock-return-reference-help = 退货单号或订单号：只入账一次。
cli-stock-returned = { $sku } { $quantity } 件已退回 { $warehouse }；待检区现有 { $now } 件。
cli-stock-clear-help = 把待检区的货放回货架。
cli-stock-cleared = { $warehouse } 的 { $sku } { $quantity } 件重新可售；重新审单的订单：{ $orders }
cli-stock-scrap-help = 报废待检区的货。
cli-stock-scrapped = { $sku } { $quantity } 件已报废；{ $warehouse } 待检区还有 { $now } 件。
cli-stock-look-reference-help = 检验单号：只入账一次。
cli-stock-transfer-help = 从一个仓库向另一个仓库调拨。
cli-stock-from-help = 调出仓库代码。
cli-stock-to-help = 调入仓库代码。
cli-stock-transfer-reference-help = 调拨单号：只下单一次。
cli-stock-transferred = { $number }：{ $sku } { $quantity } 件从 { $source } 调往 { $destination }。到货时：orderspine stock arrive { $number }
cli-stock-safety-help = 设定安全库存，不参与承诺。
cli-stock-safety-set = { $warehouse } 的 { $sku } 安全库存为 { $units } 件；重新审单的订单：{ $orders }
cli-stock-sell-help = 登记一笔门店柜台销售。
cli-stock-sell-goods-help = SKU=件数@单价，可重复，例如 SKU-0001=2@199.00
cli-stock-goods-wrong = { $given } 不是 SKU=件数@单价 的形式，例如 SKU-0001=2@199.00
cli-stock-receipt-help = 小票号：只入账一次。
cli-stock-sold = { $number } 已售出并取走。
cli-stock-sold-before = 这张小票已入账：{ $number }
cli-stock-define-help = 定义套装或计量单位：CSV 文件 kit,component,units 或 sku,unit,units。
cli-stock-file-help = CSV 文件。
cli-stock-defined = 已定义套装：{ $kits }；已定义单位的商品：{ $products }
cli-order-pick-up-help = 客户已在门店自提。
cli-order-picked-up = { $number } 已交付。
cli-order-picked-up-before = { $number } 之前已交付。
cli-order-exchange-help = 为退回的货另发一件。
cli-order-exchange-sku-help = 退回的 SKU。
cli-order-exchange-instead-help = 改发这个 SKU。
cli-order-exchanged-announced = { $number } 发出换货。已通知仓库按 { $return_no } 收回旧件，以仓库回传为准入账。
cli-order-return-help = 通知仓库：订单的商品将退回。
cli-order-return-waybill-help = 退回包裹的运单号（如已知）。
cli-order-return-announced = 已通知仓库按 { $return_no } 收货，以仓库回传为准入账。
cli-order-exchanged = { $number } 发出换货。旧件退回时：orderspine stock return { $sku } { $quantity } --warehouse … --reference { $number }
cli-col-warehouse = 仓库
cli-col-on-hand = 在库
cli-col-reserved = 占用
cli-col-preoccupied = 预占
cli-col-safety = 安全
cli-col-available = 可承诺
cli-col-quarantine = 待检
cli-col-in-transit = 在途
cli-col-expected-on = 预计
cli-col-pieces = 件数
cli-col-available-by = 届时可承诺
cli-col-for = 用途
cli-col-until = 至 (UTC)
cli-col-reference = 单号
cli-stock-compare-help = 最近一次核对时，ERP、仓库与本系统的库存是否一致。
cli-stock-never-compared = 尚未核对过。请运行：prefect deployment run compare-stock/compare-stock
cli-stock-too-far = ERP 与仓库的库存差异超过容差 { $tolerance }。
cli-stock-more = ……另有 { $count } 条：--limit
cli-stock-unread = 未能向 { $system } 查询 { $warehouse }。
cli-stock-counts = { $at }：一致 { $equal }，容差内 { $tolerated }，不符 { $differs }，对方缺失 { $missing }，无法核对 { $unknown }
cli-stock-share = ERP 与仓库相差 { $difference } 件，ERP 共 { $erp } 件：{ $share }（容差 { $tolerance }）
cli-col-gap = 差异
cli-demo-delivery = 缺的货到了；{ $orders } 张等货订单重新决策

## Changes and promises on the command line

notice-change-asked = { $number }：有一项{ $size ->
    [minor] 小
   *[other] 重大
}变更等待 { $approver } 审批（orderspine change show { $change }）
notice-unanswered = { $order } 仍在等待 { $approver } 答复
change-state-proposed = 等待审批
change-state-approved = 等待仓库拦截
change-state-refused = 已拒绝
change-state-effective = 已生效
change-state-overtaken = 已过时
change-size-minor = 小变更
change-size-major = 重大变更
cli-change-help = 订单变更：提交、查看影响、审批。
cli-change-propose-help = 为订单提交变更。
cli-change-set-help = 字段=值，可多次使用：line.1.quantity=3、receiver.phone=…
cli-change-reason-help = 变更原因。
cli-change-evidence-help = 变更依据：信函、电话、文件。
cli-change-list-help = 列出待处理的变更。
cli-change-all-help = 包括已结束的变更。
cli-change-show-help = 查看变更及其对库存和合作方的影响。
cli-change-number-help = 列表中的编号。
cli-change-approve-help = 同意变更；全部同意后生效。
cli-change-refuse-help = 拒绝变更；订单维持原样。
cli-change-as-help = 以哪个角色答复，名称见变更。
cli-change-none = 没有待处理的变更。
cli-change-unknown = 没有编号为 { $number } 的变更。查看列表：orderspine change list
cli-change-asked = 变更 { $number } 已提交：{ $state }。
cli-change-answered = 变更 { $number }：{ $state }。
cli-change-waits = 等待：{ $waits }。
cli-change-head = { $order } 的变更 { $number }（{ $size }）：{ $state }
cli-change-why = { $reason }（依据：{ $evidence }），提交人 { $person }
cli-change-approver = { $approver }：{ $verdict ->
    [yes] 同意，{ $person }
    [no] 拒绝，{ $person }
   *[other] 尚未答复
}
cli-order-promise-help = 以本人名义承诺不同于规则的日期。
cli-order-promise-date-help = 日期，例如 2026-03-31。
cli-order-promise-wrong = { $given } 不是 2026-03-31 这样的日期。
cli-order-promised = { $number } 承诺于 { $date } 送达，承诺人 { $person }。
story-version = 第 { $version } 版（{ $at }）：{ $what }

## Customers on the command line

customer-risk-normal = 正常
customer-risk-high = 高风险
cli-customer-help = 客户的交易条件、欠款，以及因此等待的订单。
cli-customer-define-help = 用表格设定客户的等级、风险、信用额度和账期。
cli-customer-file-help = CSV 或 .xlsx，须有 customer 列，以及要设定的列：name、grade、risk、limit、currency、due_days。
cli-customer-list-help = 列出客户及其交易条件和欠款。
cli-customer-show-help = 显示一个客户、等待中的订单，以及谁改过条件。
cli-customer-code-help = 渠道、冒号、渠道中的客户编号，例如 shop:C-7。
cli-customer-unknown = 没有客户 { $code }。查看列表：orderspine customer list
cli-customer-defined = 新增 { $new }，变更 { $changed }，未变 { $same }。下一次 fulfil-orders 会重新审核被拦下的订单。
cli-customer-terms = 等级 { $grade }，风险 { $risk }，账期 { $days } 天
cli-customer-no-limit = 没有信用额度：先付款
cli-customer-own-limit = 信用额度 { $limit }
cli-customer-grade-limit = 信用额度 { $limit }（按等级）
cli-customer-owes = 欠款 { $owed }，其中逾期：{ $overdue }
cli-customer-change = { $at }  { $person }：{ $what }
cli-col-grade = 等级
cli-col-risk = 风险
cli-col-credit-limit = 额度
cli-col-due-days = 账期
cli-col-owed = 欠款
cli-col-held = 被拦订单

## E-invoices

invoice-freight = 运费
cli-invoice-help = 订单的电子发票（数电票）。
cli-invoice-request-help = 为订单申请开票。
cli-invoice-title-help = 发票抬头，即购方名称。
cli-invoice-tax-no-help = 购方税号；个人可不填。
cli-invoice-list-help = 列出已申请的发票。
cli-invoice-save-help = 保存订单发票的 PDF 文件。
cli-invoice-file-help = 保存到哪个文件。
cli-invoice-requested = 已申请发票 { $number }，正在提交税务局。
cli-invoice-none = 还没有申请过发票。
cli-invoice-not-here = { $number } 还没有已开具的发票。查看进度：orderspine invoice list
cli-invoice-saved = 已保存为 { $file }。
console-invoice = 发票
console-download = 下载
