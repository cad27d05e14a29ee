Feature: An order that came in several parcels
  The marketplace takes what the seller starts for one parcel at a time; for the seller it is one refund.

  @R16 @R37
  Scenario Outline: A refund over all of them, in full or in part
    Given Maya has received, with 3.00 USD for shipping:
      | goods | pieces | price each | parcel |
      | rug   | 1      | 50.00 USD  | 1      |
      | mug   | 2      | 12.50 USD  | 2      |
    And an hour has passed
    When the seller refunds <what>
    Then all three books say <sum> for Maya
    And the seller sees no failure for Maya

    Examples:
      | what                        | sum       |
      | Maya's whole order          | 78.00 USD |
      | Maya 60.00 USD of the order | 60.00 USD |
      | Maya the mugs               | 26.00 USD |
