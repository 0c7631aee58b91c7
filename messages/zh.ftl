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
row-malformed = 该行格式有误，无法解析：“{ $value }”。
row-ragged = 该行的列数与表头不一致：“{ $value }”。
row-duplicated = 同一订单中有重复行（“{ $value }”）。
cell-too-long = 单元格有 { $length } 个字符，超出正常长度：“{ $value }”……
cell-lost-digits = 表格软件丢失了数字“{ $value }”的末几位，请将该列设为文本格式后重新导出。
line-number-repeated = 两个不同的行使用了同一个行号“{ $value }”。
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
placed-at-missing = 缺少下单时间。
placed-in-future = 下单时间晚于当前时间：{ $value }。
no-good-line = 订单中没有一行可用。

## Checks of order lines

sku-missing = 该行没有商品编码（SKU）。
sku-unknown = 商品目录中没有 { $sku }。
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
stock-stated-twice = { $value } 在同一仓库的库存出现了多次。
settlement-id-missing = 该对账行没有流水号。
settlement-id-repeated = 对账流水号 { $value } 出现了多次。
settlement-order-missing = 该对账行没有订单号。
provider-missing = 缺少支付渠道。
happened-at-missing = 缺少付款时间。

## What the channel says

channel-status-unknown = 渠道返回了未知的订单状态“{ $status }”。
channel-unavailable = 渠道反馈商品缺货。
channel-forbids-shipping = 订单已付款，但渠道暂不允许发货。
channel-shipped-in-part = 渠道反馈订单已在别处部分发货。
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
changed-after-reservation = 锁定库存后渠道又修改了订单，请决定改单还是照原单发货。
stale-statement = 收到的是订单的旧版本，以较新的版本为准。
credit-document = 这是红字单据，只作记录，无需发货。
nothing-to-ship = 订单只有费用项，无需发货。

## Credit, payment and approval

not-paid = 订单尚未付款。
credit-over-limit = 加上本单客户共欠款 { $exposure }，超出信用额度 { $limit }。
customer-high-risk = 该客户被标记为高风险。
approved-by = { $person } 已批准该订单。
vetoed-by = { $person } 已拦下该订单。

## Stock and warehouses

allocated = 已在 { $warehouse } 锁定 { $sku } 共 { $quantity } 件。
served-by = 订单由 { $warehouse } 发货。
stock-short = { $warehouse } 的 { $sku } 只有 { $available } 件，需要 { $wanted } 件。
warehouse-not-chosen = 未选择 { $warehouse }：{ $why }
found-by-shipment = { $sku } 实际多发出 { $quantity } 件，账面上没有这些库存。
reservation-expired = 库存预留已过期，库存已释放。

## Gates

weather-alert = { $region }发布{ $event }{ $level ->
    [red] 红色
    [orange] 橙色
    [yellow] 黄色
    [blue] 蓝色
   *[other] {""}
}预警，有效期至：{ $until }。发往该地区的订单暂停发货。
weather-clear = { $region }的天气预警已解除，恢复发货。

## Parcels

outbound-unknown = 仓库确认了出库单 { $outbound }，但系统没有下发过该单。
confirmed-without-parcel = 仓库确认已发货，但没有提供包裹信息。
shipped-differs = { $sku } 应发 { $planned } 件，仓库反馈实发 { $shipped } 件。
parcel-late = 包裹 { $waybill } 已有 { $hours } 小时没有物流更新。
parcel-exception = 承运商反馈包裹 { $waybill } 异常：{ $text }

## Money

amounts-equal = 订单与收款金额完全一致。
amounts-differ = 订单金额为 { $order }，实际结算 { $settled }。
rounding-tolerated = 订单金额为 { $order }，实际结算 { $settled }，差额属于规则允许的尾差。
paid-without-items = 收到货款，但订单没有商品明细。
nothing-settled = 该订单尚无结算款。
order-unknown = 付款对应的订单在系统中不存在。

## Partners and people

partner-rejected = { $partner } 拒收了该消息：{ $message }
partner-misconfigured = { $partner } 的配置有误，修正之前无法使用：{ $message }
too-many-tries = 已发送失败 { $tries } 次，需要人工处理。
mended-by = { $person } 修正了资料。
released-by = { $person } 放行了该订单。
