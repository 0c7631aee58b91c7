### What the hub says to people, in English. The same keys stand in zh.ftl; add to both.

## Status of an order

status-received = received
status-confirmed = confirmed
status-reserved = reserved
status-released = with the warehouse
status-picked = picked
status-shipped = shipped
status-delivered = delivered
status-completed = completed
status-cancelled = cancelled
status-returned = returned

## Holds: why an order stands still

hold-payment = waits for payment
hold-data = waits for corrected data
hold-credit = stopped by the credit limit
hold-risk = stopped by the customer's risk
hold-approval = waits for approval
hold-stock = waits for stock
hold-customs = held by customs

## Reading what came in

message-unreadable = The message cannot be read: { $why }
file-unreadable = The file cannot be read: { $value }
row-malformed = The row cannot be read as a table row: “{ $value }”.
row-ragged = The row has more or fewer cells than the header: “{ $value }”.
row-duplicated = The same row stands in the order twice (“{ $value }”).
cell-too-long = A cell holds { $length } characters, too many for a real value: “{ $value }”…
cell-lost-digits = The spreadsheet has lost digits of the number “{ $value }”; format the column as text and export again.
line-number-repeated = Two different lines have the same number “{ $value }”.
lines-missing = The lines of the order are missing or cannot be read: “{ $value }”.
quantity-unreadable = The quantity “{ $value }” is not a whole number.
price-unreadable = The price “{ $value }” is not an amount.
amount-unreadable = The amount “{ $value }” is not an amount of money.
currency-unreadable = The currency “{ $value }” is not a currency code.
time-unreadable = The time “{ $value }” cannot be read.
order-number-missing = The order number is missing.
order-number-unreadable = The order number “{ $value }” cannot be read.
order-contradictory = Rows of one order disagree on { $field }: { $value }.
payment-number-missing = The payment has no number of its own.

## Proposing which column is what

mapping-header-equal = The column is called “{ $value }”.
mapping-header-contains = The column's name contains “{ $value }”.
mapping-cells-tell = The cells look like it, for example “{ $value }”.
mapping-cells-fit = { $percent }% of the cells fit.
mapping-cells-differ = { $percent }% of the cells do not fit, for example “{ $value }”.
mapping-is-quantity-times-price = The numbers equal { $value }.
mapping-not-quantity-times-price = The numbers do not equal { $value }, so this is taken for the amount of the whole order.

## Checks of orders

order-number-too-long = The order number “{ $value }…” has more than 64 characters.
order-without-lines = The order has no lines.
currency-missing = The currency is missing.
currency-unknown = We do not deal in the currency “{ $value }”.
amount-missing = The amount is missing.
amount-negative = The amount { $value } is below zero.
amount-does-not-sum = The order states { $stated }, but its lines and freight add up to { $sum }.
customer-missing = The customer is missing.
receiver-name-missing = The receiver's name is missing.
receiver-phone-missing = The receiver's phone number is missing.
receiver-province-missing = The receiver's province is missing.
placed-at-missing = The time of the order is missing.
placed-in-future = The order is dated in the future: { $value }.
no-good-line = No line of the order is usable.

## Checks of order lines

sku-missing = The line names no article (SKU).
sku-unknown = The article { $sku } is not in our catalogue.
quantity-missing = The quantity is missing.
quantity-not-positive = The quantity { $value } is not above zero.
quantity-too-large = The quantity { $value } is larger than any real order.
price-missing = The price is missing.
price-not-positive = The price { $value } is not above zero.
line-amount-off = The line states { $stated }, but quantity times price is { $sum }.

## Checks of stock and statements

warehouse-missing = The warehouse is missing.
stock-missing = The stock figure is missing.
stock-negative = The stock figure { $value } is below zero.
stock-stated-twice = The stock of { $value } in this warehouse is stated more than once.
settlement-id-missing = The statement line has no number.
settlement-id-repeated = The statement line { $value } appears more than once.
settlement-order-missing = The statement line names no order.
provider-missing = The payment provider is missing.
happened-at-missing = The time of the payment is missing.

## What the channel says

channel-status-unknown = The channel reports a status that we do not know: “{ $status }”.
channel-unavailable = The channel reports that the goods are unavailable.
channel-forbids-shipping = The order is paid, but the channel does not allow it to be shipped yet.
channel-shipped-in-part = The channel reports that part of the order was already shipped elsewhere.
reported-by-channel = The channel reports that the order is { $status ->
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
   *[other] { $status }
}.
cancelled-by-channel = The customer cancelled the order in the channel.
cancelled-too-late = The order was cancelled after the warehouse had shipped it; agree on a return with the customer.
changed-after-reservation = The channel changed the order after stock was reserved; decide whether to change or to ship it.
stale-statement = An older version of the order arrived late; the newer one stands.
credit-document = This is a credit note: it is recorded, there is nothing to ship.
nothing-to-ship = The order has only charges: there is nothing to ship.

## Credit, payment and approval

not-paid = The order is not paid yet.
credit-over-limit = With this order the customer owes { $exposure }, above the credit limit of { $limit }.
customer-high-risk = The customer is marked as high risk.
approved-by = { $person } approved the order.
vetoed-by = { $person } stopped the order.

## Stock and warehouses

allocated = { $quantity } of { $sku } are reserved in { $warehouse }.
served-by = The order is served from { $warehouse }.
stock-short = { $warehouse } has { $available } of { $sku }, but { $wanted } are wanted.
warehouse-not-chosen = { $warehouse } was not chosen: { $why }
found-by-shipment = { $quantity } of { $sku } were shipped that the books did not show.
reservation-expired = The reservation has expired and the stock was given back.

## Gates

weather-alert = { $level ->
    [red] Red
    [orange] Orange
    [yellow] Yellow
    [blue] Blue
   *[other] An
} alert for { $event } in { $region }, until: { $until }. Shipments to this region wait.
weather-clear = The weather alert in { $region } has ended. Shipments go on.

## Parcels

outbound-unknown = The warehouse confirms the shipment { $outbound }, which we did not ask for.
confirmed-without-parcel = The warehouse confirms the shipment but names no parcel.
shipped-differs = { $planned } of { $sku } were to be shipped, but the warehouse reports { $shipped }.
parcel-late = Nothing was heard of the parcel { $waybill } for { $hours } hours.
parcel-exception = The carrier reports a problem with the parcel { $waybill }: { $text }

## Money

amounts-equal = Order and payment agree to the cent.
amounts-differ = The order is worth { $order }, but { $settled } was settled.
rounding-tolerated = The order is worth { $order } and { $settled } was settled; the rules tolerate this rounding difference.
paid-without-items = Money came in for an order without items.
nothing-settled = No payment has been settled for the order.
order-unknown = The payment names an order that we do not have.

## Partners and people

partner-rejected = { $partner } refused the message: { $message }
partner-misconfigured = { $partner } cannot be used until its settings are mended: { $message }
too-many-tries = Sending failed { $tries } times; a person must look.
mended-by = { $person } corrected the data.
released-by = { $person } released the order.
