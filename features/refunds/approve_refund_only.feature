Feature: The seller approves a refund without goods
  Some goods are not worth sending back. The buyer asks for money, the seller has a day to say yes or no.

  Background:
    Given Maya has received a phone case for 15.99 USD

  Rule: A request reaches the seller within a round and a pull

    @R10 @R60 @R62 @R63
    Scenario: The seller sees the request and until when to answer it
      Given Maya has asked for her money back
      When 30 minutes pass
      Then the seller has Maya's case before them
      And the seller sees the same deadline for Maya as the marketplace
      And Maya's request needs an answer within 24 hours

  Rule: A yes is paid

    @demo @R12 @R61 @R64 @R65 @R66 @R67 @R69 @R70
    Scenario: The seller approves
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya's request is shown as "Completed"
      And Maya has exactly one mail, "order refund"
      And all three books say 15.99 USD for Maya

    @R12 @R69
    Scenario: The mail says how much
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then Maya has exactly one mail, "order refund"
      And the mail names the sum 15.99 USD

    @R16 @R4
    Scenario: With shipping and tax
      Given Noah has received a desk lamp for 40.00 USD, with 5.00 USD for shipping and 3.20 USD of tax, 0.36 USD of it on shipping
      And Noah has asked for his money back
      And everybody has heard of it
      When the seller approves Noah's request
      Then Noah has been paid back 48.20 USD

  Rule: One yes is enough

    @R67 @R68
    Scenario: A second yes pays nothing
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has approved Maya's request
      And everybody has heard of it
      When the seller tries to approve the request of Maya
      Then the seller is told that it cannot be done
      And all three books say 15.99 USD for Maya
