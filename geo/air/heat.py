"""Heat stress: the wet-bulb globe temperature (暑さ指数, WBGT) estimated from an ordinary weather station."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

# °C at which 警戒, 厳重警戒 and 危険 begin (Ministry of the Environment); then the alert and the special alert.
BANDS = (25.0, 28.0, 31.0)
ALERT, SPECIAL_ALERT = 33.0, 35.0
WORST_SUN = 7.619 / (2 * 4.557)  # kW/m² at which the fitted curve is highest; more sun tells of drier, clearer air


def wbgt(air_c: Values, humidity: Values, sun_kw_m2: Values, wind_m_s: Values) -> Values:
    """WBGT in °C after Ono and Tonouchi (2014): air °C, relative humidity %, global radiation kW/m², wind m/s.

    Arrays of one shape; NaN in, NaN out. An estimate: the error against a globe thermometer is about 1 °C.
    """
    return np.asarray(
        0.735 * air_c
        + 0.0374 * humidity
        + 0.00292 * air_c * humidity
        + 7.619 * sun_kw_m2
        - 4.557 * sun_kw_m2**2
        - 0.0572 * wind_m_s
        - 4.064
    )
