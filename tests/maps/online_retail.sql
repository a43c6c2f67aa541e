-- The invoices of ../shared/data/online_retail (France only): an invoice is an order, its rows are the lines.
--
-- Invoices that begin with C are credit notes: orders of negative amounts. Times are those of a shop in London; the
-- currency is the pound.
WITH line AS (
    SELECT
        *,
        Quantity::DECIMAL(19, 4) AS pieces,
        UnitPrice::DECIMAL(19, 4) AS price
    FROM france
)

SELECT
    'invoice:' || InvoiceNo AS id,
    'crm.order.placed.v1' AS type,
    strptime(min(InvoiceDate), '%m/%d/%Y %H:%M') AT TIME ZONE 'Europe/London' AS time,
    'order:retail:' || InvoiceNo AS subject,
    {
        number: InvoiceNo,
        contacts: ['contact:retail:' || min(CustomerID)],
        amount: sum(pieces * price)::DECIMAL(19, 4),
        currency: 'GBP',
        lines: list(
            {
                product: 'product:retail:' || StockCode,
                label: trim(Description),
                quantity: pieces,
                unit_price: price,
                amount: (pieces * price)::DECIMAL(19, 4)
            }
            ORDER BY StockCode, pieces, price, Description
        )
    } AS data,
    'france.csv invoice ' || InvoiceNo AS place
FROM line
GROUP BY InvoiceNo
