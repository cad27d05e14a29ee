Feature: A shop in the United Kingdom
  Another market has another currency and other times; the way from the request to the money is the same.

  Rule: The seller has two days, and pounds are paid in pounds

    Background:
      Given the shop is in the United Kingdom
      And Maya has received a desk lamp for 39.98 GBP
      And Maya has asked for her money back
      And an hour has passed

    @R12 @R16
    Scenario: The seller approves
      When the seller approves Maya's request
      Then Maya has exactly one mail, "order refund"
      And the mail names the sum 39.98 GBP
      And all three books say 39.98 GBP for Maya

    @R63
    Scenario: The seller is asked
      When a minute passes
      Then Maya's request needs an answer within 2 days
      And the seller can approve or reject Maya's request

  Rule: Goods are refused in the market's own words

    Background:
      Given the shop is in the United Kingdom
      And Maya has received a desk lamp for 39.98 GBP
      And Maya has asked to send it back
      And an hour has passed

    @R45 @R48 @R49
    Scenario: They come back damaged
      Given the seller has approved Maya's request
      And an hour has passed
      And Maya has handed over the parcel
      And Maya's parcel has reached the warehouse
      And an hour has passed
      When the seller finds Maya's goods damaged and refuses them
      Then the mail to Maya gives the reason "The item is damaged or used"
