using Wearable.Simulator.Parts;

namespace Wearable.Simulator.Tests.Parts;

public class ButtonTests
{
    [Fact]
    public void A_tap_is_seen_by_exactly_one_look_however_late_it_comes()
    {
        SimulatedButton button = new();
        button.Tap();
        Assert.Equal([true, false, false], new[] { button.IsPressed, button.IsPressed, button.IsPressed });
    }
}
