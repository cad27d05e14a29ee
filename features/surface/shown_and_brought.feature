Feature: What a buyer shows, and what the seller brings
  Pictures and videos come with a request, and pictures with an answer; the label may be the seller's own.

  Background:
    Given Maya has received a desk lamp for 40.00 USD
    And Maya has asked to send it back, with 2 pictures and a video
    And everybody has heard of it
    And a label with the number "TTH-1" has been brought for Maya's parcel in Seller Center

  @R10 @R24 @R42
  Scenario Outline: The goods come back under it, and are judged
    Given Maya has handed over her parcel
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When <done>
    Then the seller sees 2 pictures and a video with Maya's request
    And Maya's parcel has the number "TTH-1"
    And sending Maya's parcel back has cost the seller 7.99 USD
    And Maya sees <shown> with the answer to her request
    And all three books say <sum> for Maya

    Examples:
      | done                                                       | shown       | sum       |
      | the seller finds Maya's goods as sold and accepts them     | no pictures | 40.00 USD |
      | Maya's goods are refused in Seller Center, with 2 pictures | 2 pictures  | 0.00 USD  |
