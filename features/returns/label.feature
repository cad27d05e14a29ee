Feature: The label comes after the approval
  The marketplace makes the label, some time after it has agreed to the return. Until then the buyer can
  do nothing but wait.

  Rule: Waiting lasts until there is a label

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked to send it back

    @R24
    Scenario: Without a label no parcel leaves
      Given 1 minute has passed
      When Maya tries to send the parcel
      Then Maya is told that it cannot be done
      And Maya's request is shown as "Waiting for Buyer to Ship"

    @R25 @R41
    Scenario: With the label the parcel can go
      Given 5 minutes have passed
      When Maya hands over the parcel
      Then Maya's request is shown as "Buyer Shipped"

  Rule: A label may be late

    Background:
      Given the marketplace is slow to make labels
      And Maya has received a desk lamp for 39.98 USD
      And Maya has asked to send it back

    @R24 @R25
    Scenario: The connector comes by before there is a label
      When 2 hours pass
      Then Maya's request is shown as "Waiting for Buyer to Ship"
      And the seller sees no failure for Maya

    @R24 @R25
    Scenario: A late label is as good as any
      Given 3 hours have passed
      When Maya hands over the parcel
      Then Maya's request is shown as "Buyer Shipped"
