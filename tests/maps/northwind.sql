-- The sample orders of ../shared/data/northwind (an SQLite file): customers, people, products, employees and orders.
--
-- Only days are told. A customer is an account, and the person named with it its contact. Currency is the dollar.
WITH line AS (
    SELECT
        OrderID,
        ProductID,
        Quantity::DECIMAL(19, 4) AS pieces,
        UnitPrice::DECIMAL(19, 4) AS price,
        Discount::DECIMAL(5, 4) AS discount
    FROM "Order Details"
),

lines AS (
    SELECT
        OrderID,
        list(
            {
                product: 'product:northwind:' || ProductID,
                quantity: pieces,
                unit_price: price,
                discount: discount,
                amount: (pieces::BIGINT * price * (1 - discount))::DECIMAL(19, 4)
            }
            ORDER BY ProductID
        ) AS lines,
        sum((pieces::BIGINT * price * (1 - discount))::DECIMAL(19, 4)) AS amount
    FROM line
    GROUP BY OrderID
),

event AS (
    SELECT
        'customer:' || CustomerID AS id,
        'crm.account.added.v1' AS type,
        'account:northwind:' || CustomerID AS subject,
        NULL::DATE AS day,
        {name: CompanyName, country: Country}::JSON AS data
    FROM Customers
    UNION ALL
    SELECT
        'contact:' || CustomerID,
        'crm.contact.added.v1',
        'contact:northwind:' || CustomerID,
        NULL,
        {name: ContactName, job_title: ContactTitle, phone: Phone, account: 'account:northwind:' || CustomerID}::JSON
    FROM Customers
    WHERE ContactName IS NOT NULL
    UNION ALL
    SELECT
        'product:' || ProductID,
        'crm.product.listed.v1',
        'product:northwind:' || ProductID,
        NULL,
        {name: ProductName, price: UnitPrice::DECIMAL(19, 4), currency: 'USD'}::JSON
    FROM Products
    UNION ALL
    SELECT
        'employee:' || EmployeeID,
        'crm.agent.joined.v1',
        'agent:northwind:' || EmployeeID,
        NULL,
        {name: FirstName || ' ' || LastName}::JSON
    FROM Employees
    UNION ALL
    SELECT
        'order:' || o.OrderID,
        'crm.order.placed.v1',
        'order:northwind:' || o.OrderID,
        OrderDate::DATE,
        {
            number: o.OrderID::VARCHAR,
            account: 'account:northwind:' || o.CustomerID,
            contacts: ['contact:northwind:' || o.CustomerID],
            owner: e.FirstName || ' ' || e.LastName,
            amount: l.amount,
            currency: 'USD',
            lines: l.lines
        }::JSON
    FROM Orders AS o
    LEFT JOIN lines AS l ON o.OrderID = l.OrderID
    LEFT JOIN Employees AS e ON o.EmployeeID = e.EmployeeID
    UNION ALL
    SELECT
        'shipped:' || OrderID,
        'crm.order.shipped.v1',
        'order:northwind:' || OrderID,
        ShippedDate::DATE,
        {carrier: s.CompanyName}::JSON
    FROM Orders AS o
    LEFT JOIN Shippers AS s ON o.ShipVia = s.ShipperID
    WHERE ShippedDate IS NOT NULL
)

SELECT
    id,
    type,
    -- What was there before the first order has no day.
    coalesce(day, DATE '2016-01-01') AS time,
    CASE WHEN day IS NULL THEN 'unknown' END AS time_precision,
    subject,
    data
FROM event
