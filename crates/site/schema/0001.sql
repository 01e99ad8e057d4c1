-- Receipts as they can be shown again for a short while after raising. The sealed text opens only with
-- the key of the form, which stands in the address of the receipt page and nowhere else.
CREATE TABLE site_receipt (
  key_digest TEXT NOT NULL PRIMARY KEY,
  sealed TEXT NOT NULL,
  shown_until TEXT NOT NULL
);
CREATE INDEX site_receipt_until ON site_receipt (shown_until);
