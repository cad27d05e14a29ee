Feature: An order reaches the seller when there is something to do about it
  What is not paid for, or may still be called off by the buyer alone, is nobody's business yet.

  @R30 @R44
  Scenario Outline: Not yet
    Given Maya <has> a desk lamp for 39.98 USD
    When <time> pass
    Then the seller <knows> of Maya's order

    Examples:
      | has              | time       | knows         |
      | has not paid for | 75 minutes | does not know |
      | has just ordered | 59 minutes | does not know |
      | has just ordered | 75 minutes | knows         |
      | has ordered      | 15 minutes | knows         |

  @R30 @R44
  Scenario Outline: It is paid for half a day later
    Given Noah has ordered a desk lamp for 39.98 USD
    And Maya has not paid for a desk lamp for 39.98 USD
    And 12 hours have passed
    And Maya has paid for the order
    When <time> pass
    Then the seller <knows> of Maya's order

    Examples:
      | time       | knows         |
      | 59 minutes | does not know |
      | 75 minutes | knows         |

  @R30 @R15
  Scenario: A part of it is called off while nobody is to know of it, and others go on
    Given Maya has just ordered:
      | goods | pieces | price each |
      | rug   | 1      | 90.00 USD  |
      | mug   | 2      | 10.00 USD  |
    And what Maya ordered of the rug has been called off in Seller Center
    And Noah has received a desk lamp for 39.98 USD
    And Noah has asked for his money back
    When 45 minutes pass
    Then the seller has Noah's case before them
    And the seller does not know of Maya's order

  @R30 @R15
  Scenario: A part of it was called off before anybody was to know of it
    Given the OMS reads without overlap
    And Maya has just ordered:
      | goods | pieces | price each |
      | rug   | 1      | 90.00 USD  |
      | mug   | 2      | 10.00 USD  |
    And what Maya ordered of the rug has been called off in Seller Center
    When 90 minutes pass
    Then the seller knows of Maya's order
    And all three books say 90.00 USD for Maya

  @R30
  Scenario: It goes to another address than at first
    Given Maya has just ordered a desk lamp for 39.98 USD
    And half an hour has passed
    And Maya has changed the address of the order
    When 45 minutes pass
    Then the seller knows of Maya's order

  @R31
  Scenario: It goes to a third address while it is as it was
    Given Maya has just ordered a desk lamp for 39.98 USD
    And 16 minutes have passed
    And Maya has changed the address of the order
    And 16 minutes have passed
    And Maya has changed the address of the order
    When 16 minutes pass
    Then the page of Maya's order tells nothing twice

  @R14
  Scenario: Called off before it was paid for
    Given Maya has not paid for a desk lamp for 39.98 USD
    And Noah has just ordered a desk lamp for 39.98 USD
    And half an hour has passed
    And Maya has asked to cancel the order
    When Noah asks to cancel the order
    Then it has ended like this:
      | buyer | request   | mails           | all books |
      | Maya  | Completed | order cancelled | 0.00 USD  |
      | Noah  | Completed | order cancelled | 39.98 USD |
