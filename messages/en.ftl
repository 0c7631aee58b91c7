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
file-layout-unknown = Nobody has confirmed yet what its columns mean ({ $columns }). Do it with: orderspine import { $path }
row-malformed = The row cannot be read as a table row: “{ $value }”.
row-ragged = The row has more or fewer cells than the header: “{ $value }”.
row-duplicated = The same row stands in the order twice (“{ $value }”).
cell-too-long = A cell holds { $length } characters, too many for a real value: “{ $value }”…
cell-lost-digits = The spreadsheet has lost digits of the number “{ $value }”; format the column as text and export again.
line-number-repeated = Two different lines have the same number “{ $value }”.
form-field-missing = The form has no field “{ $field }”: it was changed, or the settings name it wrongly.
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
payment-direction-unknown = The statement does not say whether the money came in or went out (“{ $value }”).

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
store-unknown = There is no store { $store } where the order could be fetched.
placed-at-missing = The time of the order is missing.
placed-in-future = The order is dated in the future: { $value }.
no-good-line = No line of the order is usable.

## Checks of order lines

sku-missing = The line names no article (SKU).
sku-unknown = The article { $sku } is not in our catalogue.
unit-unknown = The article { $sku } cannot be ordered by “{ $unit }”.
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
stock-too-large = The stock figure { $value } is larger than any real stock.
stock-stated-twice = The stock of { $value } in this warehouse is stated more than once.
settlement-id-missing = The statement line has no number.
settlement-id-repeated = The statement line { $value } appears more than once.
settlement-order-missing = The statement line names no order.
provider-missing = The payment provider is missing.
happened-at-missing = The time of the payment is missing.

## What the channel says

channel-status-unknown = The channel reports a status that we do not know: “{ $status }”.
order-kind-unknown = The channel calls the order a “{ $kind }”, which we do not know.
channel-unavailable = The channel reports that the goods are unavailable.
channel-forbids-shipping = The order is paid, but the channel does not allow it to be shipped yet.
channel-shipped-in-part = The channel reports that part of the order was already shipped elsewhere.
channel-refund-under-way = The customer has asked the channel for a refund that is not decided yet.
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
called-off = { $person } has called it off: { $why }
called-off-too-late = It was called off after the warehouse had picked it, and will leave; when it has arrived, transfer it back.
arrived-though-called-off = It has arrived although it was called off. Transfer it back if it is not wanted there.
changed-after-reservation = The channel changed the order after stock was reserved; the change waits for approval: orderspine change list
stale-statement = An older version of the order arrived late; the newer one stands.
credit-document = This is a credit note: it is recorded, there is nothing to ship.
nothing-to-ship = The order has only charges: there is nothing to ship.

## Credit, payment and approval

not-paid = The order is not paid yet.
credit-over-limit = With this order the customer owes { $exposure }, above the credit limit of { $limit }.
customer-high-risk = The customer is marked as high risk.
customer-may = What the customer owes, may owe or has waiting holds it no longer; the order is decided again.
credit-overdue = The customer is late with { $overdue }; nothing more goes on account until it is paid.
rules-changed = The rules are others now (version { $version }); the order is decided again.
approval-needed = { $approver } must approve it (rule “{ $rule }”).
rate-missing = Nobody has said what { $currency } is worth in { $base }: state it under rates in [currencies] of orderspine.toml.
review-amount = It is worth { $amount }, more than { $limit }.
review-lead-time = { $days ->
    [one] Only one day is left until the promised date
   *[other] Only { $days } days are left until the promised date
}, fewer than { $limit }.
review-repeat = The customer placed { $orders } orders within { $hours } hours.
review-grade = The customer's grade is “{ $grade }”.
review-tagged = It is tagged “{ tag-in-words }” (rule “{ $rule }”).
review-told = { $role } hears of it (rule “{ $rule }”).
approved-by = { $person } approved the order.
vetoed-by = { $person } stopped the order.

## Stock and warehouses

allocated = { $quantity } of { $sku } are reserved in { $warehouse }.
served-by = The order is served from { $warehouse }.
freight-cheapest = The way from { $warehouse } costs { $freight }; none is cheaper.
freight-dearer = The way from { $warehouse } costs { $freight }; the cheapest would cost { $cheapest }.
stock-short = { $warehouse } has { $available } of { $sku }, but { $wanted } are wanted.
served-before = { $warehouse } has { $available } of { $sku } left, but { $wanted } are wanted: { $order } had its turn before.
warehouse-not-chosen = { $warehouse } was not chosen: { $why }
found-by-shipment = { $quantity } of { $sku } were shipped that the books did not show.
stock-given-back = Stock was given back; the order is decided again.
reservation-expired = The reservation has expired and the stock was given back.
deposit-completed = The balance is paid: the order of the balance has taken the stock over.
lost-by-count = Only { $counted } of { $sku } lie in { $warehouse } now, too few for this order.
missing-at-warehouse = { $warehouse } works on this order, but only { $counted } of { $sku } lie there now: { $missing } are missing.
stock-counted = { $sku } was counted in { $warehouse }: { $counted } lie there; the order is decided again.
stock-change-unclear = Under { $document } the warehouse changes { $sku } by { $quantity } in a state that we do not know ({ $word }).
stock-change-contradicts = { $document } is our own document for { $expected } of { $sku }, but the warehouse changes it by { $quantity } under that number.
stock-change-differs = Under { $document } the warehouse changed { $sku } by { $booked }, and now says { $quantity } under the same id.
stock-change-booked-otherwise = { $sku } was moved under { $document } already, in another way; the warehouse changes it by { $quantity }. Is it the same?
stock-change-below-zero = { $quantity } of { $sku } are to leave under { $document }, but only { $there } lie there.
return-announced = { $quantity } of { $sku } are to come back as { $return }: { $why }
return-arrived = { $return }: of { $sku } came back { $good } in good state and { $defective } that somebody must look at.
return-unknown = The warehouse confirms the return { $return }, which we did not announce.
return-unclear = { $return }: { $sku } came back in a state that we do not know ({ $word }).
return-differs = { $return }: { $expected } of { $sku } are awaited, but the warehouse says that { $quantity } came back.
return-booked-by-hand = { $return }: somebody has taken { $sku } of this order in by hand already. Is it the same?
warehouse-not-theirs = The warehouse { $warehouse } is not connected to who says this of it.
safety-lowered = The safety stock of { $sku } in { $warehouse } is lower now; the order is decided again.
day-turned = A new day has begun, and the warehouses have capacity again; the order is decided again.
exchanged = { $quantity } of { $sku } are exchanged: { $why }
picked-up = The customer has fetched the order; { $person } handed it over.
transfer-arrived = { $quantity } of { $sku } have arrived in { $warehouse }.
transfer-short = { $quantity } of { $sku } left and have not arrived in { $warehouse }. { $person } says: { $why }
sold-in-store = Sold over the counter.
warehouse-ranked-lower = { $warehouse } could have been asked next (score { $score }).
warehouse-full = { $warehouse } has no capacity left today.
no-warehouse = No warehouse may serve the order.
split-main-first = { $warehouse } sends the main article { $sku } first; { $left } pieces follow when they are there.
substitute-offered = Instead of { $sku } sales could offer { $substitute }: { $warehouse } has { $available }.
customer-cap = { $waiting } of { $sku } wait for this customer already; { $wanted } more would pass the cap of { $cap }.
unknown-what-is-late = It cannot be known whether something is late after { $wanted } days: the run kept what was late after { $kept }.
unknown-earlier-orders = It cannot be known what the rule “{ $rule }” asks: it looks back { $wanted } hours, and the run kept earlier orders of { $kept }.
unknown-what-waits = It cannot be known how much waits for this customer: the run did not look, because its rules had no cap.
unknown-substitute = It cannot be known whether { $substitute } could be offered instead of { $sku }: the run did not look for it.
promised = Promised for { $date }: { $days } days from { $from } to { $to }.

## Goods that need care

customs-papers-owed = Goods of the category “{ $category }” (customs grade { $grade }) need customs papers before they leave the country.
un3481-box = Lithium batteries ({ $category }): pack in a UN3481 box.
customs-label = Sensitive goods ({ $category }): add the customs label.
remark-says = The remark says “{ $phrase }”: it is tagged “{ tag-in-words }”.

## Tags of orders

tag-in-words = { $tag ->
    [red] short lead time
    [repeat-customer] repeat customer
    [un3481-box] UN3481 box
    [customs-label] customs label
    [customs-papers-owed] customs papers
    [pack-first] pack first
    [review-card] add a review card
    [gift] gift
   *[other] { $tag }
}
tag-in-remark = [{ tag-in-words }]

## How the books of the stock agree

book-ours = ours
book-wms = WMS
book-erp = ERP
stock-agrees = The figures agree.
stock-tolerated = Ours { $ours }, WMS { $wms }, ERP { $erp }: apart by { $share }, tolerated.
stock-differs = Ours { $ours }, WMS { $wms }, ERP { $erp }.
stock-absent-there = { $book ->
    [ours] Our books
    [wms] The warehouse
    [erp] The ERP
   *[other] { $book }
} does not list this SKU; others state up to { $pieces } pieces.
stock-refused-there = The figure of { $book ->
    [ours] our books
    [wms] the warehouse
    [erp] the ERP
   *[other] { $book }
} was refused; see: orderspine quarantine list
stock-unread-there = { $book ->
    [ours] Our books
    [wms] The warehouse
    [erp] The ERP
   *[other] { $book }
} could not be asked.
stock-outcome-tolerated = tolerated
stock-outcome-differs = different
stock-outcome-missing = not listed
stock-outcome-unknown = not comparable
stock-of = { $sku } in { $warehouse }: ours { $ours }, WMS { $wms }, ERP { $erp }.
stock-share = WMS { $wms }, ERP { $erp }: SKU by SKU { $difference } pieces apart, { $share } of what the ERP says.
stock-far-title = ERP and warehouses are { $share } apart in stock
stock-near-title = ERP and warehouses agree again in stock

## Changes of an order

change-field = { $field }: { $before } → { $after }
change-is-minor = It is a minor change.
change-is-major = It is a major change, because of { $field }.
change-gives-back = { $units } of { $sku } go back to the shelf in { $warehouse }.
change-needs-there = { $units } more of { $sku } are needed in { $warehouse }, and { $free } are free there.
change-needs-short = { $units } more of { $sku } are needed in { $warehouse }, but only { $free } are free there.
change-replans-outbound = The outbound { $outbound } for { $warehouse } is planned anew; the warehouse has not heard of it.
change-stops-outbound = { $warehouse } has the outbound { $outbound }: the change takes effect when the warehouse agrees to stop.
change-waybill-back = The waybill { $waybill } is given back and a new one is booked.
change-nobody-else = No partner was told of this; it takes effect at once.
change-too-late = The order can no longer be changed; it is { $status ->
    [picked] { status-picked }
    [shipped] { status-shipped }
    [delivered] { status-delivered }
    [completed] { status-completed }
    [cancelled] { status-cancelled }
    [returned] { status-returned }
   *[other] { $status }
}.
change-of-parts = The order goes in parts; change it by hand, part by part.
change-leaves-nothing = No goods would be left; cancel the order instead.
change-in-effect = Version { $version } of the order is in effect.
change-overtaken = Meanwhile the order has version { $version }; ask for the change again.
change-restated = The channel has stated the order anew.
change-split = Meanwhile a part of the order goes as an order of its own; ask for the change of each part.
changed-too-late = The change came after the warehouse had picked the order; it arrives as it was ordered first. Talk to the customer.
push-stopped = It was not known whether the warehouse had the order; it has stopped, and the stock was given back.
promised-by = { $person } promised { $date } instead of { $before }.
unanswered = { $approver } was asked { $minutes } minutes ago and has not answered (rule “{ $rule }”).

## Gates

weather-alert = { $level ->
    [red] Red
    [orange] Orange
    [yellow] Yellow
    [blue] Blue
   *[other] An
} alert for { $event } in { $region }, until: { $until }. Shipments to this region wait.
weather-clear = The weather alert in { $region } has ended. Shipments go on.
weather-feed-away = { $feed } could not be asked about { $region }; this was decided without it.

## Parcels

outbound-unknown = The warehouse confirms the shipment { $outbound }, which we did not ask for.
confirmed-without-parcel = The warehouse confirms the shipment but names no parcel.
shipped-though-cancelled = The warehouse shipped { $outbound } although it was cancelled; agree on a return with the customer.
shipped-differs = { $planned } of { $sku } were to be shipped, but the warehouse reports { $shipped }.
warehouse-in-trouble = The warehouse cannot go on with { $outbound } ({ $word }). Ask it what is wrong.
stopped-by-warehouse = The warehouse stopped { $outbound } by itself ({ $word }). Agree with it what becomes of the order.
parcel-late = Nothing was heard of the parcel { $waybill } for { $hours } hours.
parcel-at-customs = The parcel { $waybill } came to customs { $hours } hours ago and has not left: it is stuck, and a person is needed.
parcel-exception = The carrier reports a problem with the parcel { $waybill }: { $text }

## Money

amounts-equal = Order and payment agree to the cent.
amounts-differ = The order is worth { $order }, but { $settled } was settled.
rounding-tolerated = The order is worth { $order } and { $settled } was settled; the rules tolerate this rounding difference.
paid-without-items = Money came in for an order without items.
nothing-settled = No payment has been settled for the order.
order-unknown = The payment names an order that we do not have.
order-ambiguous = { $orders } orders of different channels have this number; say which one was paid.
payment-told = The payment provider reports a payment of { $amount }.
paid-in-part = { $paid } of { $order } is paid: the order waits for the rest.
paid-though-ended = { $amount } was paid for an order that is called off or came back. Give it back, or agree what becomes of it.
refund-told = The payment provider reports that { $amount } went back to the customer.
refund-failed = A refund of { $amount } came to nothing; the payment provider says what to do.
refunded-before-it-left = { $amount } went back to the customer before the goods left. Say whether they are still wanted.
invoice-asked = An invoice { $number } for { $buyer } was asked for.
invoice-issued = The invoice { $number } is issued.
invoice-failed = The tax office did not issue the invoice { $number }: { $why }
invoice-differs = The invoice is over { $amount } with a tax of { $tax }, but { $asked } with { $asked_tax } was asked for.
invoice-unknown-there = Nothing is known of the invoice { $number } where it was asked for. Ask for it again.
invoice-called-off = The order was called off before the invoice { $number } was asked for.
invoice-came-late = The invoice { $number } was asked for while the order was called off. Have it taken back if it is issued.

## Partners and people

carrier-passed-over = { $carrier } did not give a waybill; { $next } is asked instead.
partner-rejected = { $partner } refused the message: { $message }
answer-of-another = Asked for { $expected }, the partner answered about { $got }. Nothing of the answer was taken over.
number-of-another = The number { $number } belongs to { $other } already. Nothing of the answer was taken over.
check-code-differs = What the partner has as { $number } carries the check code { $got } instead of { $expected }: it is another's.
closed-in-the-erp = Somebody made { $number } void or closed it in the ERP, although it has not left. Cancel the order, or open it there again.
partner-misconfigured = { $partner } cannot be used until its settings are mended: { $message }
partner-stopped-title = { $account } is not called any more
partner-stopped = It refuses what we prove who we are with: { $message } Its messages wait; the other partners go on. Mend its credential (orderspine credential set, or its block in Prefect), and it goes on by itself.
too-many-tries = Sending failed { $tries } times; a person must look.
mended-by = { $person } corrected the data.
released-by = { $person } released the order.

## What people and customers are told

customer-shipped = Your order { $number } is on its way, waybill { $waybill }.
customer-out-for-delivery = Your order { $number } is out for delivery, waybill { $waybill }.
customer-delivered = Your order { $number } was delivered, waybill { $waybill }.
customer-in-trouble = The carrier has a problem with your order { $number }, waybill { $waybill }. We are looking into it.
customer-delayed = Your order { $number } takes longer than usual, waybill { $waybill }. We are looking into it.
customer-title = For the customer of { $number } ({ $channel })
gate-closed-title = Gate closed for { $region }: { $waiting } messages wait
gate-opened-title = Gate open again for { $region }: { $waiting } messages go out
parcel-late-title = A parcel of { $order } is late
parcel-at-customs-title = A parcel of { $order } is stuck at customs
transfer-short-title = Goods were lost on the way: { $number }
notice-invoice = The invoice of { $order } needs somebody

## Messages to customers and to our people


## Outcomes of reconciliation

outcome-equal = equal to the cent
outcome-rounding = rounding, tolerated
outcome-off = off by more
outcome-no-items = paid without items
outcome-unpaid = nothing settled
outcome-unknown-order = order unknown
outcome-ambiguous = several orders fit

## The story of an order

story-head = { $number }: { $status } ({ $channel } { $their })
story-paid = paid
story-unpaid = not paid
story-to = to { $place }
story-behind-gate = waits behind the closed gate of { $region }
story-tags = tagged { $tags }
story-refused = refused { $what } (quarantine { $number })
story-outbound = Outbound { $number } from { $warehouse }: { $state }, check code { $code }
story-parcel = Parcel { $carrier } { $waybill }
story-payment = Payment: { $what }
story-money = Money: ordered { $ordered }, settled { $settled }: { $outcome }
story-invoice = Invoice { $number } for { $buyer }: { $amount }, tax { $tax }, { $state }
invoice-state-asked = asked for
invoice-state-issuing = being issued
invoice-state-issued = issued
invoice-state-failed = not issued
story-trail-whole = What happened (the chain is unbroken)
story-trail-broken = What happened (THE CHAIN IS BROKEN: somebody altered the trail)
story-by = by { $actor }, run { $run }, rules { $rules }
line-good = good
line-refused = refused
line-dropped = dropped
outbound-planned = planned
outbound-accepted = on the warehouse's list
outbound-shipped = shipped
outbound-cancelled = cancelled
event-received = received: { $what }
event-changed = changed: { $what }
event-moved = { $before } → { $after }
event-held = held: { $what }
event-unheld = free again: { $what }
event-line-refused = refused: { $what }
event-line-mended = mended: { $what }
event-sent = sent: { $what }
event-tracked = tracked: { $what }
event-noticed = noticed: { $what }
event-settled = money judged: { $what }
event-answered = answered: { $what }
event-expired = expired: { $what }
event-split = goes in parts: { $what }
event-stock-lost = stock lost: { $what }
event-change-asked = change asked for: { $what }
event-change-closed = change closed: { $what }
event-promised = another date promised: { $what }

## Command line

cli-help = The order hub between the systems that you already have.
cli-demo-help = Live two days of a small company on this machine: nothing to configure.
cli-demo-stay-help = Keep everything running at the end, to look around.
cli-demo-orders-help = How many orders come in, in all.
cli-up-help = Run the hub on this machine: Prefect server, worker and web.
cli-import-help = Bring a file or folder of orders in.
cli-import-path-help = CSV or Excel file, or a folder of them.
cli-import-preset-help = Name of the preset to read with; found by itself when it is left out.
cli-import-currency-help = Currency of an unknown file that names none.
cli-import-zone-help = Time zone of an unknown file's times.
cli-import-yes-help = Take the proposed mapping of an unknown file without asking.
cli-order-help = Where an order is, and how it came there.
cli-order-show-help = Show the whole story of an order with its runs.
cli-order-list-help = List orders, the newest first.
cli-order-list-find-help = A number, or a customer's code or the beginning of its name.
cli-order-list-status-help = Only orders that stand there.
cli-order-list-hold-help = Only orders with an open hold of this kind.
cli-order-list-tag-help = Only orders with this tag, as the rules write it.
cli-order-list-before-help = Only orders older than our number.
cli-order-list-none = No such orders.
cli-order-list-older = Older ones: --before { $number }
cli-order-preview-help = Say what would be decided now. Writes nothing.
cli-order-preview-file-help = A file or folder of orders, read as “import” would.
cli-order-preview-of-what = Name a file, or orders with --order.
cli-order-preview-no-preset = No preset fits { $file }: name one with --preset, or import it to confirm what its columns mean.
cli-order-preview-order-help = Number of an order, as often as needed; they are decided together.
cli-order-preview-policy-help = Another rules file; without it the rules in force.
cli-preview-head = { $number }: { $outcome }
cli-preview-not-decided = not decided
cli-order-number-help = Our number (SO…), the channel's, a waybill, an outbound or a check code (CC…).
cli-order-unknown = No order has the number { $number }. It may be in quarantine: orderspine quarantine list
cli-order-mistyped = { $number } is mistyped: it is written like a check code, but its last character does not fit.
cli-order-label-help = Fetch the label of an order's parcel from its carrier.
cli-order-label-file-help = Where to save it; without it the waybill's number, here.
cli-order-label-saved = Saved as { $file }.
cli-quarantine-help = See what was refused, mend it, let it go on.
cli-quarantine-list-help = List what is in quarantine, with every reason.
cli-quarantine-reason-help = Only what has this reason code.
cli-quarantine-show-help = Show one refused thing whole.
cli-quarantine-number-help = Its number in the list.
cli-quarantine-mend-help = Correct it; it is checked again.
cli-quarantine-set-help = FIELD=VALUE, as often as needed; amounts in cents.
cli-quarantine-set-wrong = { $given } is not FIELD=VALUE, e.g. --set quantity=3
cli-quarantine-dismiss-help = Decide that it is not wanted; it stays readable.
cli-quarantine-resume-help = Take what was mended as far as it can go now.
cli-quarantine-empty = Nothing is in quarantine.
cli-quarantine-unknown = There is no number { $number } in quarantine. List them: orderspine quarantine list
cli-quarantine-still = It is still not good:
cli-quarantine-mended = Number { $number } is good now. Let it go on: orderspine quarantine resume
cli-quarantine-dismissed = Number { $number } is dismissed.
cli-quarantine-resumed = Done: { $batches ->
    [one] 1 batch
   *[other] { $batches } batches
}.
cli-report-help = Figures for people and scripts.
cli-reconciliation-help = How orders and money agree: every cent in one line.
cli-reconciliation-complete = Every statement line is in one of these outcomes.
cli-reconciliation-open = Statement lines in no outcome yet: { $lines }. Run: orderspine report reconciliation after the next reconcile-payments
cli-gate-help = What is closed, and why.
cli-gate-list-help = List the closed gates and what waits behind them.
cli-gate-open-help = Open a gate early, against the evidence, in your name.
cli-gate-region-help = Region of the gate: a province, by name or code.
cli-gate-opened = The gate of { $region } is open, in the name of { $person }. A new alert closes it again.
cli-gate-none = No gate is closed.
cli-policy-help = The rules that a business user edits.
cli-policy-check-help = Check the rules file and say its version.
cli-policy-check-file-help = Another rules file than the one in force.
cli-policy-good = { $file } is good; its version is { $version }
cli-policy-diff-help = Say which open orders new rules would decide differently. Writes nothing.
cli-policy-old-help = Rules file as it is.
cli-policy-new-help = Rules file as it is to be.
cli-policy-schema-help = Print the JSON schema of the rules, for editors.
cli-policy-unreadable = The file { $file } cannot be read: { $why }
cli-compared = { $orders } orders under { $before } and under { $after }: { $differ ->
    [0] none is
    [one] one is
   *[other] { $differ } are
} decided differently.
cli-rules-aside = Others too, and of no say about an open order: { $rules }
cli-unknown = { $orders ->
    [one] Of one order
   *[other] Of { $orders } orders
} it cannot be known, and what others get may hang on it:
cli-decided-asked = asks { $what }
cli-decided-tags = tags: { $what }
cli-decided-told = tells { $what }
cli-decided-offered = offers { $what }
cli-decided-until = keeps stock until { $what }
cli-decided-promised-on = promised for { $what }
cli-and-more = … and { $count } more; --json lists them all.
cli-goes = goes
cli-goes-in-parts = goes in parts
cli-replay-help = Decide a past run again, with its own rules or others. Writes nothing.
cli-replay-run-help = Id of a flow run, or its beginning, as “order show” names it.
cli-replay-policy-help = Another rules file; without it the rules that the run used.
cli-replay-differs = The same facts and rules gave other decisions: this must never happen. Please report it.
cli-order-approve-help = Say yes to what an order waits for: an approver's name, or risk, credit, customs, data.
cli-order-refuse-help = Say no: the order is cancelled, and what it held is free.
cli-order-question-help = What is answered: an approver's name, or the hold (risk, credit, customs, data, approval).
cli-order-approved = { $number } goes on, in the name of { $person }.
cli-order-approved-waits = Noted for { $person }; { $number } still waits for: { $waits }.
cli-order-refused = { $number } is cancelled, in the name of { $person }.
cli-col-before = before
cli-col-after = after
cli-db-help = The database.
cli-db-upgrade-help = Make or update the tables, and store who is connected.
cli-db-upgraded = The database is at version { $version }.
cli-new-help = Start a partner of your own.
cli-new-channel-help = Write a sales channel to be filled in, with its simulated peer.
cli-new-name-help = What it is called: at most 18 small letters, digits and _.
cli-new-name-bad = { $name } is taken, or no name: use small letters, digits and _.
cli-new-no-place = A line that the new one belongs to is not there any more: { $place }
cli-new-made = These files are new or have a line more:
    { $files }
    What is missing now says: ./orderspine test tests/integrations/test_conformance.py -k { $name }
cli-credential-help = Credentials of partners.
cli-credential-register-help = Have Prefect offer a form for each partner's credential.
cli-credential-registered = Prefect knows { $count } kinds of credentials: Blocks, +, Orderspine.
cli-credential-set-help = Store the credential of a connection; asks for each part.
cli-credential-set = The credential { $name } is stored. Runs that start from now on use it.
cli-credential-name-help = Its name in the connections file (secret = ...). An answer @FILE stands for what the file holds.
cli-credential-unknown = No connection names the credential { $name }: add secret = "{ $name }" to it in the connections file.
cli-credential-not-json = What came through the pipe is not a JSON object of the credential's fields.
cli-db-verify-help = Check every order's chain of events and every balance of stock; exit code 1 if one is wrong.
cli-db-verified = { $events } events of { $orders } orders: every chain holds. { $levels } balances of stock: each is the sum of its movements and promises.
cli-db-broken = The events of { $count } orders were altered, or some are missing: { $orders }. Compare them with a backup.
cli-db-unsound = { $count } balances of stock are not the sum of their movements, or of what is promised: { $shelves }. Compare them with a backup, and count what lies there.
cli-db-restored-help = Make a restored database safe to run: partners are asked before anything is sent again.
cli-db-restored = { $count ->
    [one] One message is due; its partner
   *[other] { $count } messages are due; their partners
} will be asked first whether they have it already. The hub can run now.
cli-doctor-help = Say what is configured, what answers, what is wrong, and what to do.
cli-doctor-rules = rules
cli-doctor-database = database
cli-doctor-told = who is told
cli-doctor-role-unheard = Nobody hears what is meant for { $role }: name a notifier for it under [told] in the rules
cli-doctor-notifier-unknown = The rules tell { $code }, but no notifier of that code is connected
cli-doctor-all-told = everybody whom the rules name can be told
cli-doctor-no-receivables = { $partner } takes no receivables from us: see to it that its own invoices say what customers owe, and set receivables = false
cli-doctor-weather = weather
cli-doctor-no-feed = { $count ->
    [one] The rules watch a place
   *[other] The rules watch { $count } places
 }, but no weather feed is connected: no gate ever closes. Connect one as [[alerts]], or empty [weather] places
cli-doctor-prefect = Prefect
cli-doctor-connections = connections
cli-doctor-no-schema = There are no tables yet. Run: orderspine db upgrade
cli-doctor-old-schema = The tables are at version { $present }, the code wants { $newest }. Run: orderspine db upgrade
cli-doctor-older-checkout = An older checkout made this database, which lacks { $missing }. Until the first release none is carried over: name a new one in ORDERSPINE_DATABASE_URL, or move this one away, and run: orderspine db upgrade
cli-doctor-schema = the tables are at version { $version }
cli-doctor-prefect-embedded = none is set; each command starts one of its own. For good: orderspine up
cli-doctor-prefect-down = { $address } does not answer. Start it, or unset PREFECT_API_URL
cli-doctor-answers = { $address } answers
cli-doctor-partner-answers = { $partner } answers and accepts our key
cli-doctor-set-up = { $partner } is set up (it cannot be asked without sending something)
cli-doctor-stopped = not called since { $since }: { $why } Mend its credential; it goes on by itself
cli-doctor-nothing-connected = nothing is connected yet; see docs/running-it-for-real.md
cli-doctor-bad = { $count ->
    [one] One thing must be mended.
   *[other] { $count } things must be mended.
}
cli-json-help = Print JSON, for scripts.
cli-limit-help = How many at the most.
cli-by-help = Who does it; the user of this machine when it is left out.
cli-why-help = Why.
cli-port-prefect-help = Port of the Prefect server.
cli-port-web-help = Port of webhooks and console.
cli-port-in-use = Port { $port } is in use. Stop what listens there, or choose another: { $option } NUMBER
cli-not-up = { $name } did not come up in time. Its log says why: { $log }
cli-ended = { $name } ended by itself with code { $code }:
    { $log }
cli-deploy-failed = Prefect would not take the deployments: { $words }
cli-starting-prefect = Starting Prefect server, worker and web (half a minute) …
cli-stopping = Stopping …
cli-up = The hub is up. Stop it with Ctrl-C.
      runs     { $prefect }
      console  { $web }
cli-import-no-path = There is no { $path }.
cli-import-with = Reading { $path } as { $preset }
cli-import-folder-unknown = No preset fits the folder { $path }. Import one of its files to have a mapping proposed, or name one: --preset NAME
cli-import-missing = The file has no column for: { $fields }. Rename a column, or write a preset (docs/import-files.md).
cli-import-confirm = Read the file so?
cli-import-not-confirmed = Nothing was imported. If the mapping is right: --yes. If not, write a preset (docs/import-files.md).
cli-import-kept = The mapping is kept in { $file }; the same layout is known from now on.
cli-import-see-quarantine = See them: orderspine quarantine list
cli-by-reason = In quarantine, by reason
cli-total = in all
cli-col-region = region
cli-col-closed-at = closed (UTC)
cli-col-waiting = waiting
cli-col-why = why
cli-col-number = no.
cli-col-what = what
cli-col-reason = reason
cli-col-count = count
cli-col-outcome = outcome
cli-col-orders = orders
cli-col-order-no = order
cli-col-order-value = goods + freight
cli-col-settled = settled
cli-col-largest = largest gap
cli-col-column = column
cli-col-field = means
cli-col-sure = sure
cli-col-status = stands at
cli-col-line = line
cli-col-sku = SKU
cli-col-title = title
cli-col-quantity = qty
cli-col-amount = amount
cli-col-state = state
cli-col-tags = tags
cli-col-customer = customer

## The demo

cli-demo-ready = Everything is up after { $seconds } s. Two days begin:
cli-demo-day = day { $day }
cli-demo-night = { $orders } orders of the night; some are bad, some want what is short
cli-demo-lost-reply = the warehouse's first reply was lost: ask before sending again
cli-demo-storm = red alert over Shanghai
cli-demo-more = { $orders } more orders, some pushed twice by webhook
cli-demo-warehouse = the warehouses pick, pack and confirm by webhook
cli-demo-clear = the storm is over: the gate opens
cli-demo-evening = parcels arrive, one does not; the statement comes, one payment does not fit
cli-demo-col-caught = what went wrong
cli-demo-col-how = what became of it
cli-demo-caught-bad = bad lines and orders
cli-demo-how-bad = refused with every reason; the others went on
cli-demo-caught-short = orders short of stock
cli-demo-how-short = held; nothing was promised twice
cli-demo-caught-unpaid = orders not paid
cli-demo-how-unpaid = held until they are
cli-demo-caught-storm = red weather alert
cli-demo-how-storm = its region waited; gates opened again: { $opened }
cli-demo-caught-lost = reply lost after the work was done
cli-demo-how-lost = asked first; outbounds made twice: { $twice }
cli-demo-caught-late = parcels late
cli-demo-how-late = noticed, and people told
cli-demo-caught-money = payments that do not fit
cli-demo-how-money = named, to the cent
cli-demo-caught-person = messages a partner refused
cli-demo-how-person = kept for a person, with the partner's words
cli-demo-open = Done after { $seconds } s. Look around:
      runs     { $prefect }
      console  { $web }
cli-demo-try = And in another terminal:
      export ORDERSPINE_HOME={ $home }
      { "./orderspine" } order show { $number }
      { "./orderspine" } quarantine list
      { "./orderspine" } report reconciliation
cli-demo-failed = These steps did not complete: { $steps }. What happened stands in { $logs }.
cli-demo-stays = It stays up until Ctrl-C.

## Failed runs

run-failed-title = The step { $flow } failed
run-failed = Run { $run } ended as { $state }: { $message }

## Console

console-overview = Overview
console-orders = Orders
console-other-language = 中文
console-only-here = Read-only. The console shows customers' data, so it is open on this machine only.
console-find = Find
console-find-hint = Order, waybill, check code, customer
console-show = Show
console-any = any
console-status = Status
console-older = Older orders
console-none-found = Nothing found
console-no-such-order = There is no order { $number }
console-mistyped = { $number } is mistyped: it is written like a check code, but its last character does not fit.
console-no-label = There is no label of { $number } to print now. The log of the web server says why.
console-label = label
console-check-code = check code
console-no-orders = No orders yet.
console-held = On hold
console-nothing-held = Nothing is held.
console-owed = Messages to partners
console-messages-due = due
console-messages-behind-gates = of these behind closed gates
console-messages-for-person = wait for a person
console-gates = Closed gates
console-no-gates = All gates are open.
console-closed-since = closed since
console-stopped = Partners that refuse our credential
console-stopped-since = since
console-refused = Quarantine
console-refused-examples = One example is shown for each reason.
console-nothing-refused = Nothing is refused.
console-newest = Newest orders
console-urgent = urgent
console-tag = Tag
console-placed = placed
console-version = version
console-since = since
console-namesakes = The number fits other orders too:
console-chain-broken = The audit trail of this order does not hold: an event was altered.
console-customer = Customer
console-grade = grade
console-money = Money
console-amount = Amount
console-freight = freight
console-paid = Paid
console-yes = yes
console-no = no
console-payment = payment
console-settlement = Settlement
console-lines = Lines
console-article = Article
console-quantity = Quantity
console-price = Price
console-goods = Goods
console-reservation = reserved
console-outbound = outbound
console-parcel = parcel
console-late = late
console-stuck = stuck at customs
console-partners = Messages to partners
console-tries = { $count } tries
console-story = Story
console-run = run
console-rules = rules

## Console: words of the database

console-line-refused = refused
console-line-dropped = dropped
console-reservation-open = held
console-reservation-consumed = shipped
console-reservation-released = given back
console-reservation-expired = expired
console-outbound-planned = planned
console-outbound-accepted = with the warehouse
console-outbound-shipped = shipped
console-outbound-cancelled = cancelled
console-scan-picked_up = picked up
console-scan-in_transit = in transit
console-scan-at_customs = at customs
console-scan-held_by_customs = held by customs
console-scan-out_for_delivery = out for delivery
console-scan-delivered = delivered
console-scan-exception = problem
console-scan-returned = returned
console-scan-unknown = unknown
console-message-waybill = waybill
console-message-outbound = outbound
console-message-cancel-outbound = cancellation of the outbound
console-message-cancel-waybill = return of the waybill
console-message-return-order = announcement of goods that come back
console-message-erp-order = order in the ERP
console-message-erp-status = status to the ERP
console-message-cancel-erp-order = cancellation in the ERP
console-message-receivable = receivable in the ERP
console-message-channel-shipment = shipping notice to the channel
console-message-customer-message = message to the customer
console-message-subscription = subscription to the news of a parcel
console-message-invoice = request for an e-invoice
console-message-notice = notice to our people
console-sent-due = due
console-sent-sent = sent
console-sent-person = waits for a person
console-sent-withdrawn = withdrawn
console-subject-order = order
console-subject-line = line
console-subject-row = row
console-subject-message = message
console-subject-stock = stock
console-subject-statement = statement
console-quarantine-open = open
console-quarantine-mended = mended
console-quarantine-dismissed = dismissed
console-outcome-equal = equal
console-outcome-rounding = equal but for rounding
console-outcome-off = different
console-outcome-no-items = paid without items
console-outcome-unpaid = not paid
console-outcome-unknown-order = unknown order
console-outcome-ambiguous = several orders fit
console-invoice-state-asked = asked for
console-invoice-state-issuing = being issued
console-invoice-state-issued = issued
console-invoice-state-failed = not issued
console-event-received = received
console-event-changed = changed
console-event-moved = status
console-event-held = held
console-event-unheld = hold ended
console-event-line-refused = line refused
console-event-line-mended = line mended
console-event-sent = told a partner
console-event-tracked = parcel
console-event-noticed = noticed
console-event-settled = settled
console-event-answered = answered
console-event-expired = stock given back
console-event-split = goes in parts
console-event-stock-lost = stock lost
console-event-change-asked = change asked for
console-event-change-closed = change closed
console-event-promised = date promised

## Goods that arrive

stock-arrived = { $quantity } of { $sku } arrived in { $warehouse }; the order is decided again.
notice-file-waits = A file waits for somebody: { $file }
answered-by-button = answered with a button
question-title = { $order } asks { $question }: may it go on?
question-how = Without buttons: orderspine order approve { $order } { $question } --by NAME, or order refuse.
question-yes = Approve
question-no = Refuse (cancels the order)
question-answered-title = { $order }
question-approved = { $person } approved it as { $question }.
question-refused = { $person } refused it as { $question }: the order is cancelled.
question-still-waits = It still waits for: { $questions }.
notice-decisions = { $orders ->
    [one] One order
   *[other] { $orders } orders
} for { $role }
cli-stock-help = Goods: where they are, what comes, what was counted, and whether all books agree.
cli-stock-receive-help = Book goods in; orders that waited for them are decided again.
cli-stock-sku-help = SKU.
cli-stock-quantity-help = How many pieces.
cli-stock-warehouse-help = Code of the warehouse.
cli-stock-reference-help = Delivery note: booked once.
cli-stock-received = { $quantity } of { $sku } are booked into { $warehouse }; orders that are decided again: { $orders }
cli-stock-show-help = Show where the pieces of a SKU are, who holds them, what can be promised.
cli-stock-none = { $sku } has no stock anywhere yet.
cli-stock-coming = On the way
cli-stock-overdue = { $day } (overdue)
cli-stock-holders = Promised to
cli-stock-presale = a deposit
cli-stock-announce-help = Expect goods: they count for promises from their day on.
cli-stock-on-help = Day on which they are expected, e.g. 2026-03-08.
cli-stock-order-reference-help = Purchase order: announced once.
cli-stock-announced = { $quantity } of { $sku } are expected in { $warehouse } on { $day }; { $available } can be promised for that day.
cli-stock-arrive-help = Book in what was announced, all of it or a part.
cli-stock-announced-reference-help = What it was announced under: a purchase order, or a transfer's SO… number.
cli-stock-only-sku-help = Only this SKU.
cli-stock-part-help = How many came, if not all; then say --sku and --note.
cli-stock-note-help = Delivery note of a part: booked once.
cli-stock-arrived = { $pieces } pieces are booked in, { $left } are still expected; orders that are decided again: { $orders }
cli-stock-call-off-help = What was announced and has not come will not come.
cli-stock-called-off = { $pieces } pieces are expected no more.
cli-stock-call-off-asked = The warehouse is asked to stop; when it agrees, { $pieces } pieces are free again.
cli-stock-call-off-why-help = Why; a transfer or an exchange keeps it.
cli-stock-count-help = Book what was counted; orders for which it is too little are told.
cli-stock-counted-help = How many lie there.
cli-stock-quarantine-option-help = The quarantine was counted, not the shelf.
cli-stock-count-reference-help = Number of the count: booked once; the time when it is left out.
cli-stock-counted-now = { $sku } in { $warehouse }: { $before } before, { $now } now; orders that are decided again: { $orders }
cli-stock-count-losing = These orders lose their stock: { $orders }
cli-stock-count-doubt = { $missing } more pieces are missing, but the warehouse works on { $orders }. Have it stop them or wait until they have left, then count again.
cli-stock-return-help = Take a customer's pieces back into quarantine.
cli-stock-return-reference-help = Return or order number: booked once.
cli-stock-returned = { $quantity } of { $sku } came back to { $warehouse }; { $now } lie in quarantine there.
cli-stock-clear-help = Put pieces from quarantine back on the shelf.
cli-stock-cleared = { $quantity } of { $sku } are for sale again in { $warehouse }; orders that are decided again: { $orders }
cli-stock-scrap-help = Throw pieces from quarantine away.
cli-stock-scrapped = { $quantity } of { $sku } are scrapped; { $now } are left in quarantine in { $warehouse }.
cli-stock-look-reference-help = Number of the inspection: booked once.
cli-stock-transfer-help = Order goods from one warehouse for another.
cli-stock-from-help = Code of the warehouse that gives.
cli-stock-to-help = Code of the warehouse that gets.
cli-stock-transfer-reference-help = Number of the transfer: ordered once.
cli-stock-transferred = { $number }: { $quantity } of { $sku } go from { $source } to { $destination }. On arrival: orderspine stock arrive { $number }
cli-stock-safety-help = Keep pieces back from every promise.
cli-stock-safety-set = { $units } of { $sku } are kept back in { $warehouse }; orders that are decided again: { $orders }
cli-stock-sell-help = Book a sale over the counter of a store.
cli-stock-sell-goods-help = SKU=PIECES@PRICE, as often as needed, e.g. SKU-0001=2@199.00
cli-stock-goods-wrong = { $given } is not SKU=PIECES@PRICE, e.g. SKU-0001=2@199.00
cli-stock-receipt-help = Number of the receipt: booked once.
cli-stock-sold = { $number } is sold and taken.
cli-stock-sold-before = This receipt is booked already: { $number }
cli-stock-define-help = State kits or units of measure: a CSV file kit,component,units or sku,unit,units.
cli-stock-file-help = CSV file.
cli-stock-defined = Kits stated: { $kits }; products with units stated: { $products }
cli-order-pick-up-help = The customer has fetched the order from its store.
cli-order-picked-up = { $number } is handed over.
cli-order-picked-up-before = { $number } was handed over before.
cli-order-exchange-help = Send another piece for one that comes back.
cli-order-exchange-sku-help = SKU that comes back.
cli-order-exchange-instead-help = Send this SKU instead.
cli-order-exchanged-announced = { $number } sends the other piece. The warehouse is told to expect the first one as { $return_no }, and its word books it.
cli-order-return-help = Tell the warehouse that pieces of an order come back.
cli-order-return-waybill-help = Waybill with which it comes back, if it is known.
cli-order-return-announced = The warehouse is told to expect it as { $return_no }; its word books it.
cli-order-exchanged = { $number } sends the other piece. When the first is back: orderspine stock return { $sku } { $quantity } --warehouse … --reference { $number }
cli-col-warehouse = warehouse
cli-col-on-hand = on hand
cli-col-reserved = reserved
cli-col-preoccupied = presale
cli-col-safety = safety
cli-col-available = ATP
cli-col-quarantine = quarant.
cli-col-in-transit = coming
cli-col-expected-on = expected
cli-col-pieces = pieces
cli-col-available-by = ATP then
cli-col-for = for
cli-col-until = until (UTC)
cli-col-reference = reference
cli-stock-compare-help = How ERP, warehouses and our books agreed when they were last compared.
cli-stock-never-compared = Nothing was compared yet. Run: prefect deployment run compare-stock/compare-stock
cli-stock-too-far = ERP and warehouses are further apart than the tolerated { $tolerance }.
cli-stock-more = … and { $count } more: --limit
cli-stock-unread = { $system } could not be asked about { $warehouse }.
cli-stock-counts = { $at }: equal { $equal }, tolerated { $tolerated }, different { $differs }, not listed { $missing }, not comparable { $unknown }
cli-stock-share = ERP and warehouses are { $difference } of { $erp } pieces apart: { $share } (tolerated: { $tolerance })
cli-col-gap = gap
cli-demo-delivery = what was short is delivered; { $orders } waiting orders are decided again

## Changes and promises on the command line

notice-change-asked = { $number }: a { $size ->
    [minor] minor
   *[other] major
} change waits for { $approver } (orderspine change show { $change })
notice-unanswered = { $order } still waits for { $approver }
change-state-proposed = waits for approval
change-state-approved = waits for the warehouse to stop
change-state-refused = refused
change-state-effective = in effect
change-state-overtaken = overtaken
change-size-minor = minor
change-size-major = major
cli-change-help = Changes of orders: ask for one, see what it means, agree to it.
cli-change-propose-help = Ask for a change of an order.
cli-change-set-help = FIELD=VALUE, as often as needed: line.1.quantity=3, receiver.phone=…
cli-change-reason-help = Why the change is wanted.
cli-change-evidence-help = What shows it: a letter, a call, a file.
cli-change-list-help = List the changes that wait.
cli-change-all-help = Those that are over, too.
cli-change-show-help = Show a change and what it means for stock and partners.
cli-change-number-help = Its number in the list.
cli-change-approve-help = Agree to a change; with the last yes it takes effect.
cli-change-refuse-help = Say no to a change; the order goes on as it was.
cli-change-as-help = The role that answers, as the change names it.
cli-change-none = No change waits.
cli-change-unknown = There is no change { $number }. List them: orderspine change list
cli-change-asked = Change { $number } is asked for: { $state }.
cli-change-answered = Change { $number }: { $state }.
cli-change-waits = It waits for: { $waits }.
cli-change-head = Change { $number } of { $order } ({ $size }): { $state }
cli-change-why = { $reason } (evidence: { $evidence }), asked by { $person }
cli-change-approver = { $approver }: { $verdict ->
    [yes] yes, { $person }
    [no] no, { $person }
   *[other] not answered
}
cli-order-promise-help = Promise another date than the rules give, in your name.
cli-order-promise-date-help = The date, e.g. 2026-03-31.
cli-order-promise-wrong = { $given } is not a date like 2026-03-31.
cli-order-promised = { $number } is promised for { $date }, in the name of { $person }.
story-version = Version { $version } of { $at }: { $what }

## Customers on the command line

customer-risk-normal = normal
customer-risk-high = high
cli-customer-help = On which terms customers buy, what they owe, and what waits for it.
cli-customer-define-help = State grade, risk, credit limit and days to pay of customers, by a table.
cli-customer-file-help = CSV or .xlsx with the column customer, and those that are stated: name, grade, risk, limit, currency, due_days.
cli-customer-list-help = List customers with their terms and what they owe.
cli-customer-show-help = Show a customer, the orders that wait, and who changed the terms.
cli-customer-code-help = Channel, a colon, and the channel's number of the customer, e.g. shop:C-7.
cli-customer-unknown = There is no customer { $code }. List them: orderspine customer list
cli-customer-defined = New: { $new }, changed: { $changed }, as before: { $same }. The next fulfil-orders looks at held orders again.
cli-customer-terms = grade { $grade }, risk { $risk }, pays within { $days } days
cli-customer-no-limit = no credit limit: pays first
cli-customer-own-limit = credit limit { $limit }
cli-customer-grade-limit = credit limit { $limit }, by grade
cli-customer-owes = owes { $owed }, of that late: { $overdue }
cli-customer-change = { $at }  { $person }: { $what }
cli-col-grade = grade
cli-col-risk = risk
cli-col-credit-limit = limit
cli-col-due-days = days
cli-col-owed = owes
cli-col-held = held

## E-invoices

invoice-freight = Freight
cli-invoice-help = E-invoices of orders.
cli-invoice-request-help = Ask the tax office for the invoice of an order.
cli-invoice-title-help = The title on the invoice: the buyer's name.
cli-invoice-tax-no-help = The buyer's tax number; a person has none.
cli-invoice-list-help = List the invoices that were asked for.
cli-invoice-save-help = Save the PDF of an order's invoice.
cli-invoice-file-help = Where to save it.
cli-invoice-requested = Invoice { $number } is asked for. It is on its way to the tax office.
cli-invoice-none = No invoice was asked for.
cli-invoice-not-here = { $number } has no issued invoice here. See how far it is: orderspine invoice list
cli-invoice-saved = Saved as { $file }.
console-invoice = Invoice
console-download = download
