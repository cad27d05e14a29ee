Feature: News travels every quarter of an hour
  The connector makes a round every fifteen minutes, and so does the OMS. In each round it collects,
  starts refunds and passes on rejections.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And a minute has passed

  Rule: Nothing is known before the round

    @R5 @R30 @R43 @R62 @R72
    Scenario: Just before the round
      Given Maya has asked for her money back
      When 13 minutes pass
      Then the seller has not heard of Maya

    @R5 @R30 @R43 @R44 @R62 @R63 @R72 @R73
    Scenario: Just after the round
      Given Maya has asked for her money back
      When 14 minutes pass
      Then the seller has Maya's case before them

    @R5 @R13
    Scenario: A decision goes out with the next round
      Given Maya has asked for her money back
      And 15 minutes have passed
      And the seller has approved Maya's request
      When 13 minutes pass
      Then Maya's request is shown as "Request Pending"

  Rule: One round does three jobs

    Background:
      Given Noah has received a garden hose for 27.50 USD
      And Noah has asked for his money back
      And Maya has asked for her money back
      And Lena has received a mug for 12.50 USD

    @R13 @R14 @R5
    Scenario: It collects, refunds and rejects at once
      Given everybody has heard of it
      And the seller has approved Maya's request
      And the seller has rejected Noah's request
      When Lena asks for her money back
      Then the seller has Lena's case before them
      And Noah's request is shown as "Refund Rejected"
      And all three books say 39.98 USD for Maya
