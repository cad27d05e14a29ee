Feature: One decision, one mail
  A buyer gets one mail for each decision, and it is of the right kind.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: There are three kinds, and never two for one decision

    @R34 @R57 @R69
    Scenario: Nothing is decided, nothing is sent
      When Maya asks for her money back
      Then Maya has no mail

    @R34 @R69
    Scenario: A day after a refund there is still one
      Given Maya has asked for her money back
      And an hour has passed
      And the seller has approved Maya's request
      When a day passes
      Then Maya has exactly one mail, "order refund"

    @R76
    Scenario: A day after a rejection there is still one
      Given Maya has asked for her money back
      And an hour has passed
      And the seller has rejected Maya's request
      When a day passes
      Then Maya has exactly one mail, "refund rejected"

    @R49
    Scenario: A refused parcel has a kind of its own
      Given Maya has sent it back
      And Maya's parcel has reached the warehouse
      And the seller has found Maya's goods damaged and refused them
      When a day passes
      Then Maya has exactly one mail, "return rejected"

    @R57
    Scenario: A refund the seller started
      Given an hour has passed
      And the seller has refunded Maya's whole order
      When a day passes
      Then Maya has exactly one mail, "order refund"
