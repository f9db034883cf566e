using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

/// <summary>The generated network that is asked, as a whole model.</summary>
public class WakeJurorTests
{
    [Fact]
    public void The_shipped_juror_has_the_shape_of_the_shipped_model_and_other_weights()
    {
        WakeModel shipped = WakeModelShipped.Create();
        WakeJuror juror = new WakeJurorOne();
        WakeModel model = juror.Parts();
        model.Words = shipped.Words;
        model.Thresholds = shipped.Thresholds;
        model.FrontWeights = [juror.Matrix(0), juror.Matrix(1)];
        model.MixWeights = [.. Enumerable.Range(2, shipped.MixWeights.Length).Select(juror.Matrix)];
        WakeModelCheck.Throw(model);
        Assert.NotEqual(shipped.FrontWeights[0], model.FrontWeights[0]);
        Assert.NotEqual(shipped.HeadWeights, model.HeadWeights);
        Assert.Equal(shipped.Version, model.Version);
    }
}
